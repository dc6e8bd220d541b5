/**
 * Lines that came together, in one message of the main thread or in one file of the spool. A pack is told what becomes
 * of each of its lines, and tells once about all of them: counts of a pack are whole or not there at all.
 */
import { randomUUID } from "node:crypto";
import { logFields } from "../../vocabulary.ts";

/** How many lines have come to which end: `delivered`, `spooled`, or the reason of a loss. */
export type Ends = Readonly<Record<string, number>>;

export interface Line {
  /** Id of its document: sending it twice makes one document. */
  readonly id: string;
  /** The line with its newline. */
  readonly bytes: Buffer;
  readonly pack: Pack;
}

const newline = 10;
const idField = `"${logFields.eventId}":"`;

export class Pack {
  readonly lines: readonly Line[];
  readonly #ends: Record<string, number> = {};
  readonly #onDone: (ends: Ends) => void;
  readonly #idStart: string;
  #open: number;

  /**
   * @param bytes - Whole lines; a last one without a newline was torn by a crash and counts as such.
   * @param onDone - Told once, when every line has come to its end.
   * @param idStart - How ids of this process begin, as they stand in a line.
   */
  constructor(bytes: Buffer, onDone: (ends: Ends) => void, idStart = idField) {
    this.#onDone = onDone;
    this.#idStart = idStart;
    const { lines, isTorn } = this.#split(bytes);
    this.lines = lines;
    this.#open = lines.length;
    if (isTorn) this.#ends["elasticsearch-spool-torn"] = 1;
    if (lines.length === 0) onDone(this.#ends);
  }

  settle(end: string): void {
    this.#ends[end] = (this.#ends[end] ?? 0) + 1;
    this.#open -= 1;
    if (this.#open === 0) this.#onDone(this.#ends);
  }

  #split(bytes: Buffer): { lines: Line[]; isTorn: boolean } {
    const lines: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (end > start) lines.push(this.#line(bytes.subarray(start, end + 1)));
      start = end + 1;
    }
    return { lines, isTorn: start < bytes.length };
  }

  #line(bytes: Buffer): Line {
    return { id: idOf(bytes, this.#idStart), bytes, pack: this };
  }
}

/** The id that the line carries: one of this process, else the first that looks like one, else a new one. */
function idOf(line: Buffer, idStart: string): string {
  const own = line.indexOf(idStart);
  const at = own < 0 ? line.indexOf(idField) : line.indexOf(idField, own);
  const start = at + idField.length;
  const id = at < 0 ? "" : line.toString("latin1", start, line.indexOf('"', start));
  return /^[\w.-]{1,200}$/.test(id) ? id : randomUUID();
}
