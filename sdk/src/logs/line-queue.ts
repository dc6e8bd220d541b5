/** Lines that wait to be written: encoded in chunks, bounded in bytes; the oldest go when there are too many. */

/** Characters after which waiting lines become a chunk. */
const chunkLength = 16 * 1024;

const newline = 10;

interface Chunk {
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Writes bytes, as many as it can now.
 *
 * @param lines - Lines that end in them, or in what was written of them before.
 * @returns How many bytes were written.
 */
export type Write = (bytes: Buffer, lines: number) => number;

export class LineQueue {
  readonly #maxBytes: number;
  readonly #chunks: Chunk[] = [];
  #chunkBytes = 0;
  /** Bytes of the first chunk that are written already. */
  #written = 0;
  /** The newest lines, not encoded yet. */
  #text = "";
  #textLines = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** About how much waits, in bytes. */
  get bytes(): number {
    return this.#chunkBytes - this.#written + this.#text.length;
  }

  /** Takes one line that ends with a newline; gives how many of the oldest had to go for it. */
  add(line: string): number {
    this.#text += line;
    this.#textLines += 1;
    if (this.#text.length < chunkLength) return 0;
    this.#encode();
    return this.#dropOldest();
  }

  /**
   * Writes from the oldest on.
   *
   * @returns Whether all is written; else `write` took less than it was given.
   */
  writeOut(write: Write): boolean {
    for (;;) {
      const chunk = this.#chunks[0] ?? this.#encode();
      if (chunk === undefined) return true;
      this.#written += write(this.#written === 0 ? chunk.bytes : chunk.bytes.subarray(this.#written), chunk.lines);
      if (this.#written < chunk.bytes.length) return false;
      this.#remove(0);
      this.#written = 0;
    }
  }

  /** Forgets everything; gives how many lines were not written whole. A line begun is ended by what comes next. */
  clear(): number {
    const begun = this.#chunks[0]?.bytes;
    const isTorn = begun !== undefined && this.#written > 0 && begun[this.#written - 1] !== newline;
    const ofBegun = begun === undefined ? 0 : countLines(begun.subarray(this.#written));
    const lines = this.#chunks.slice(1).reduce((sum, chunk) => sum + chunk.lines, ofBegun + this.#textLines);
    this.#chunks.length = 0;
    this.#chunkBytes = 0;
    this.#written = 0;
    this.#text = isTorn ? "\n" : "";
    this.#textLines = 0;
    return lines;
  }

  #encode(): Chunk | undefined {
    if (this.#text === "") return undefined;
    const chunk = { bytes: Buffer.from(this.#text), lines: this.#textLines };
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.bytes.length;
    this.#text = "";
    this.#textLines = 0;
    return chunk;
  }

  /** A chunk that is written in part has to be ended. */
  #dropOldest(): number {
    let lines = 0;
    while (this.bytes > this.#maxBytes && this.#chunks.length > 1) lines += this.#remove(this.#written > 0 ? 1 : 0);
    return lines;
  }

  #remove(index: number): number {
    const removed = index === 0 ? this.#chunks.shift() : this.#chunks.splice(index, 1)[0];
    this.#chunkBytes -= removed?.bytes.length ?? 0;
    return removed?.lines ?? 0;
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}
