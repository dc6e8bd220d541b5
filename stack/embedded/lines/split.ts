/** Cuts a stream of bytes into lines, each of bounded length. */
import { StringDecoder } from "node:string_decoder";

export interface Line {
  readonly text: string;
  /** Bytes that the line had, when it was cut. */
  readonly originalBytes?: number;
}

/** Longest line of a program's output. */
export const maxOutputLine = 64 * 1024;

export interface LineSplitter {
  /** Takes the next bytes and gives the lines that they complete. */
  push(chunk: Buffer): Line[];
  /** Gives what is left when the stream has ended without a newline. */
  end(): Line[];
}

const newline = 0x0a;

/** @param maxBytes - Longer lines are cut there. */
export function createLineSplitter(maxBytes = maxOutputLine): LineSplitter {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let totalBytes = 0;

  const keep = (bytes: Buffer) => {
    const room = Math.max(0, maxBytes - keptBytes);
    const part = bytes.subarray(0, room);
    if (part.length > 0) kept.push(part);
    keptBytes += part.length;
    totalBytes += bytes.length;
  };
  const take = (): Line => {
    const bytes = Buffer.concat(kept);
    // A line that is cut within a character ends before it: that half is what the decoder waits with.
    const line =
      totalBytes > keptBytes
        ? { text: new StringDecoder().write(bytes), originalBytes: totalBytes }
        : { text: bytes.toString().replace(/\r$/, "") };
    kept = [];
    keptBytes = 0;
    totalBytes = 0;
    return line;
  };

  return {
    push(chunk) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        keep(chunk.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      keep(chunk.subarray(start));
      return lines;
    },
    end: () => (totalBytes === 0 ? [] : [take()]),
  };
}
