/**
 * Lines on disk while Elasticsearch is away: files of whole lines in one folder, the oldest first in and out. A file
 * belongs to the process that its name ends with; what a process has left behind is taken over by the next one of the
 * same service, by renaming. Works in any thread, with calls that wait for the disk.
 */
import {
  closeSync,
  constants,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { SpoolNames } from "./spool-names.ts";

export interface SpoolSettings {
  readonly dir: string;
  /** Begins the name of each file. */
  readonly service: string;
  /** Most bytes of all files of the service. */
  readonly maxBytes: number;
  /** Told how many lines were in files that had to make room. */
  readonly onLost: (lines: number) => void;
}

export interface SpooledFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const usualFileBytes = 4 * 1024 ** 2;

/** A process that keeps files touches one of them every few seconds; one that has not for so long is gone. */
const leaseMs = 60_000;

/** @throws Error when the folder cannot be made. */
export function openSpool(settings: SpoolSettings): Spool {
  mkdirSync(settings.dir, { recursive: true, mode: 0o700 });
  return new Spool(settings);
}

export class Spool {
  readonly #settings: SpoolSettings;
  readonly #fileBytes: number;
  readonly #names: SpoolNames;
  /** The file that lines are added to. */
  #current: string | undefined;
  /** The file whose lines are being sent. */
  #taken: string | undefined;

  constructor(settings: SpoolSettings) {
    this.#settings = settings;
    this.#fileBytes = Math.min(usualFileBytes, Math.ceil(settings.maxBytes / 8));
    this.#names = new SpoolNames(settings.service);
  }

  /**
   * Adds whole lines.
   *
   * @throws Error when the disk does not take them; then none of the part that failed is there.
   */
  append(lines: readonly { readonly bytes: Buffer }[], onKept: (count: number) => void): void {
    for (let from = 0; from < lines.length;) {
      const part = this.#upTo(lines, from);
      this.#write(Buffer.concat(part.map(({ bytes }) => bytes)));
      onKept(part.length);
      from += part.length;
    }
  }

  /** Takes the oldest file of ours; it stays on disk until it is removed. */
  take(): SpooledFile | undefined {
    const name = this.#own()[0];
    if (name === undefined) return undefined;
    if (name === this.#current) this.#current = undefined;
    try {
      const bytes = readFileSync(this.#path(name));
      this.#taken = name;
      return { name, bytes };
    } catch {
      return undefined; // Another process has made room, and has counted its lines.
    }
  }

  /** Removes the file that was taken. */
  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
    this.#taken = undefined;
  }

  /** Takes over what processes have left behind, and shows that this one lives. */
  tend(): void {
    for (const name of this.#orphans())
      attempt(() => renameSync(this.#path(name), this.#path(this.#names.asOwn(name))));
    const [own] = this.#own();
    const now = new Date();
    if (own !== undefined) attempt(() => utimesSync(this.#path(own), now, now));
  }

  isEmpty(): boolean {
    return this.#own().length === 0;
  }

  /** The lines from one on that fit into one file. */
  #upTo<T extends { readonly bytes: Buffer }>(lines: readonly T[], from: number): readonly T[] {
    let size = 0;
    let to = from;
    for (; to < lines.length; to++) {
      size += lines[to]?.bytes.length ?? 0;
      if (size > this.#fileBytes && to > from) break;
    }
    return lines.slice(from, to);
  }

  #write(bytes: Buffer): void {
    const fd = this.#openFor(bytes.length);
    const size = fstatSync(fd).size;
    try {
      const written = writeSync(fd, bytes);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes fit`);
    } catch (error) {
      attempt(() => ftruncateSync(fd, size)); // No half line.
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  #openFor(bytes: number): number {
    const current = this.#current;
    if (current !== undefined) {
      const fd = attempt(() => openSync(this.#path(current), constants.O_WRONLY | constants.O_APPEND));
      if (fd !== undefined && fstatSync(fd).size + bytes <= this.#fileBytes) return fd;
      if (fd !== undefined) closeSync(fd);
    }
    this.#makeRoom();
    this.#current = this.#names.next();
    return openSync(this.#path(this.#current), "ax", 0o600);
  }

  /** Removes the oldest files of the service until one more fits. */
  #makeRoom(): void {
    const files = this.#all().map((name) => ({ name, size: attempt(() => statSync(this.#path(name)).size) ?? 0 }));
    let total = files.reduce((sum, { size }) => sum + size, this.#fileBytes);
    for (const { name, size } of files) {
      if (total <= this.#settings.maxBytes) return;
      if (name === this.#taken) continue;
      this.#drop(name);
      total -= size;
    }
  }

  #drop(name: string): void {
    const bytes = attempt(() => readFileSync(this.#path(name)));
    if (bytes === undefined) return;
    rmSync(this.#path(name), { force: true });
    this.#settings.onLost(linesIn(bytes));
  }

  #orphans(): readonly string[] {
    const others = this.#all().filter((name) => !this.#names.isOwn(name));
    const byOwner = Map.groupBy(others, (name) => this.#names.ownerOf(name));
    return [...byOwner.values()].filter((names) => this.#isLeft(names)).flat();
  }

  /** Whether the process behind some files is gone. Where that cannot be known, time tells. */
  #isLeft(names: readonly string[]): boolean {
    if (names[0] !== undefined && this.#names.hasEnded(names[0])) return true;
    const touched = names.map((name) => attempt(() => statSync(this.#path(name)).mtimeMs) ?? 0);
    return Math.max(...touched) < Date.now() - leaseMs;
  }

  /** Names of all files of the service, the oldest first. */
  #all(): readonly string[] {
    return (attempt(() => readdirSync(this.#settings.dir)) ?? [])
      .filter((name) => this.#names.isKnown(name))
      .toSorted();
  }

  #own(): readonly string[] {
    return this.#all().filter((name) => this.#names.isOwn(name));
  }

  #path(name: string): string {
    return join(this.#settings.dir, name);
  }
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

/** The result of a call on a file that another process may have taken away; undefined when it has. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
