/** A `.tar.gz` of small text files, as POSIX.1-1988 describes it. */
import { gzipSync } from "node:zlib";

export interface TextFile {
  /** At most 99 bytes. */
  readonly name: string;
  readonly text: string;
}

const blockBytes = 512;

export function makeArchive(files: readonly TextFile[], now = Date.now()): Buffer {
  const entries = files.flatMap(({ name, text }) => {
    const content = Buffer.from(text);
    return [header(name, content.length, now), content, Buffer.alloc(padding(content.length))];
  });
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * blockBytes)]));
}

function padding(length: number): number {
  return (blockBytes - (length % blockBytes)) % blockBytes;
}

function header(name: string, size: number, now: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const fields: readonly (readonly [number, string])[] = [
    [0, name],
    [100, "0000600\0"],
    [108, "0000000\0"],
    [116, "0000000\0"],
    [124, `${size.toString(8).padStart(11, "0")}\0`],
    [
      136,
      `${Math.floor(now / 1000)
        .toString(8)
        .padStart(11, "0")}\0`,
    ],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\u000000"],
  ];
  for (const [offset, text] of fields) block.write(text, offset, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
