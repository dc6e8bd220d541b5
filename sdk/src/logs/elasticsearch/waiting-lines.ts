/** Lines that wait to be sent, the oldest first. */
import type { Line } from "./pack.ts";

export class WaitingLines {
  #lines: Line[] = [];
  #bytes = 0;

  get count(): number {
    return this.#lines.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get all(): readonly Line[] {
    return this.#lines;
  }

  add(lines: readonly Line[]): void {
    for (const line of lines) this.#lines.push(line);
    this.#bytes += sizeOf(lines);
  }

  /** Puts lines back that could not be sent. */
  putBack(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    this.#lines = [...lines, ...this.#lines];
    this.#bytes += sizeOf(lines);
  }

  /** Takes the oldest lines that fit, one at least. */
  take(bytes: number, count = Infinity): readonly Line[] {
    const taken = fitting(this.#lines, bytes, count);
    this.#lines.splice(0, taken.length);
    this.#bytes -= sizeOf(taken);
    return taken;
  }
}

/** The first lines that fit into so many bytes, one at least. */
export function fitting(lines: readonly Line[], bytes: number, count: number): readonly Line[] {
  let size = 0;
  let to = 0;
  for (; to < lines.length && to < count; to++) {
    size += lines[to]?.bytes.length ?? 0;
    if (size > bytes && to > 0) break;
  }
  return lines.slice(0, to);
}

function sizeOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
