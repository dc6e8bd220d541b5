/** A JSON file that the server and the commands share: read when it has changed, written whole and by one at a time. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, OperatorError } from "../../errors.ts";
import { exclusively } from "./lock.ts";

export interface DataFileSettings<T> {
  readonly path: string;
  /** What holds as long as there is no file. */
  readonly empty: T;
  /** @throws Error that says what is wrong with the content. */
  readonly parse: (json: unknown) => T;
  readonly format: (content: T) => unknown;
  /**
   * Shortest time between two looks at the file, in milliseconds.
   *
   * @default 0
   */
  readonly checkEveryMs?: number;
  /** Hears of a content that cannot be read; the one before it stays valid. */
  readonly onProblem?: (message: string) => void;
}

export interface DataFile<T> {
  /** What the file says now. */
  read(): T;
  /**
   * Changes the file; nobody else changes it meanwhile.
   *
   * @param change - Gives the new content, or the same one to leave the file alone, and what the caller wants to know.
   */
  change<R>(change: (content: T) => readonly [T, R]): Promise<R>;
}

/**
 * Opens the file.
 *
 * @throws OperatorError when it is there and cannot be read.
 */
export function openDataFile<T>(settings: DataFileSettings<T>): DataFile<T> {
  const { path, checkEveryMs = 0, onProblem } = settings;
  let known = load(settings);
  let checkedAt = performance.now();

  const refresh = (): void => {
    checkedAt = performance.now();
    const mark = markOf(path);
    if (mark === known.mark) return;
    try {
      known = load(settings);
    } catch (error) {
      known = { ...known, mark };
      onProblem?.(messageOf(error));
    }
  };

  return {
    read() {
      if (performance.now() - checkedAt >= checkEveryMs) refresh();
      return known.content;
    },
    async change(change) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return exclusively(`${path}.lock`, () => {
        const before = load(settings).content;
        const [after, result] = change(before);
        if (after !== before) replaceFile(path, `${JSON.stringify(settings.format(after), undefined, 2)}\n`);
        known = { content: after, mark: markOf(path) };
        return result;
      });
    },
  };
}

interface Loaded<T> {
  readonly content: T;
  readonly mark: string;
}

function load<T>({ path, empty, parse }: DataFileSettings<T>): Loaded<T> {
  const mark = markOf(path);
  if (mark === "") return { content: empty, mark };
  try {
    return { content: parse(JSON.parse(readFileSync(path, "utf8"))), mark };
  } catch (error) {
    throw new OperatorError(
      `${path} cannot be used: ${messageOf(error)}`,
      "mend it, or move it away to begin with an empty one",
      error,
    );
  }
}

/** Changes with every replacement of the file; empty when there is none. */
function markOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
}

/** Whoever reads sees the old content or the new one, also after the power fails. */
function replaceFile(path: string, text: string): void {
  const next = `${path}.${process.pid}.next`;
  const file = openSync(next, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
