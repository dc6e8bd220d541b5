/**
 * The files of a service in the folder of its lines: their names, and which of them go when there are too many. Many
 * processes may write to one folder, also from containers, in which every process has the number 1.
 */
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "../process-alive.ts";
import { asNamePart, createTimes, timePattern } from "./file-names.ts";
import { writeHeader } from "./log-header.ts";
import { countRemovedUnread } from "./unread-lines.ts";

export interface FolderSettings {
  readonly dir: string;
  /** Begins every file's name. */
  readonly service: string;
  /** Size at which the next file begins. */
  readonly fileBytes: number;
  /** Files of this process that are kept. */
  readonly fileCount: number;
  /** Bytes that all files of the service may have together. */
  readonly totalBytes: number;
}

/** A file that is written to. */
export interface OpenFile {
  readonly fd: number;
  readonly name: string;
  bytes: number;
  /** Lines written whole, without the header. */
  lines: number;
}

/** A file in the folder, as its name tells. */
interface LogFile {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Random, the same for all files of one process. */
  readonly writer: string;
  readonly bytes: number;
  readonly writtenMs: number;
  /** Somebody has read it after the last line was written. */
  readonly isRead: boolean;
}

/** A process that nobody can ask is taken for ended when it has written nothing for so long. */
const quietMs = 3_600_000;

/** Files of processes that have ended: a service that fails and starts again and again leaves many. */
const maxLeftFiles = 256;

/** Characters of a service's name in the name of a file, for which systems allow 255. */
const maxPrefix = 128;

export class LogFolder {
  readonly #settings: FolderSettings;
  readonly #prefix: string;
  readonly #pattern: RegExp;
  readonly #host = asNamePart(hostname());
  readonly #writer = randomBytes(4).toString("hex");
  /** Lines of files of ours that are full. */
  readonly #lines = new Map<string, number>();
  readonly #nextTime = createTimes();
  #writers = 1;

  constructor(settings: FolderSettings) {
    this.#settings = settings;
    this.#prefix = asNamePart(settings.service).slice(0, maxPrefix);
    this.#pattern = new RegExp(`^${this.#prefix}\\.${timePattern}\\.([^.]+)\\.(\\d+)\\.([0-9a-f]{8})\\.ndjson$`);
  }

  /** Size at which the next file begins: the files that are written to take half of all bytes at most. */
  get fileBytes(): number {
    return Math.min(this.#settings.fileBytes, this.#settings.totalBytes / 2 / this.#writers);
  }

  /**
   * Begins the next file and removes the oldest ones that are too many.
   *
   * @param before - The file that it follows.
   */
  begin(before?: OpenFile): OpenFile {
    const { dir, service } = this.#settings;
    mkdirSync(dir, { recursive: true });
    const name = this.#nextName();
    const fd = openSync(join(dir, name), "ax", 0o640);
    try {
      if (before !== undefined) this.#lines.set(before.name, before.lines);
      this.#trim(name);
      return { fd, name, bytes: writeHeader(fd, service), lines: 0 };
    } catch (error) {
      closeSync(fd);
      rmSync(join(dir, name), { force: true });
      throw error;
    }
  }

  #nextName(): string {
    return `${this.#prefix}.${this.#nextTime()}.${this.#host}.${process.pid}.${this.#writer}.ndjson`;
  }

  /** Room for the files that are written to is kept, so that all together never pass the limit. */
  #trim(newest: string): void {
    const others = this.#list().filter(({ name }) => name !== newest);
    const [written, full] = this.#split(others);
    this.#writers = 1 + written.length;
    const mine = full.filter((file) => file.writer === this.#writer);
    const left = full.filter((file) => this.#hasEnded(file));
    const tooMany = new Set([...allBut(mine, this.#settings.fileCount - 1), ...allBut(left, maxLeftFiles)]);
    let bytes = written.reduce((sum, file) => sum + Math.max(file.bytes, this.fileBytes), this.fileBytes);
    for (const file of full.toReversed()) {
      bytes += tooMany.has(file) ? 0 : file.bytes;
      if (tooMany.has(file) || bytes > this.#settings.totalBytes) this.#remove(file);
    }
    for (const name of this.#lines.keys()) if (!others.some((file) => file.name === name)) this.#lines.delete(name);
  }

  /** Files that other processes are writing to, and those that are full. */
  #split(files: readonly LogFile[]): [LogFile[], LogFile[]] {
    const latest = new Map(files.map((file) => [file.writer, file.name]));
    const isWritten = (file: LogFile) =>
      file.writer !== this.#writer && latest.get(file.writer) === file.name && !this.#hasEnded(file);
    return [files.filter(isWritten), files.filter((file) => !isWritten(file))];
  }

  /** Files of this service, the oldest first. */
  #list(): LogFile[] {
    return readdirSync(this.#settings.dir)
      .toSorted()
      .flatMap((name) => {
        const match = this.#pattern.exec(name);
        const stats = match && statSync(join(this.#settings.dir, name), { throwIfNoEntry: false });
        if (!match || !stats) return [];
        const [, host = "", pid, writer = ""] = match;
        const { size: bytes, mtimeMs: writtenMs, atimeMs } = stats;
        return [{ name, host, pid: Number(pid), writer, bytes, writtenMs, isRead: atimeMs > writtenMs }];
      });
  }

  /** A container that starts again has the host and the number of the one before. */
  #hasEnded({ host, pid, writer, writtenMs }: LogFile): boolean {
    if (writer === this.#writer) return false;
    const canAsk = host === this.#host && pid !== process.pid;
    return canAsk ? !isAlive(pid) : Date.now() - writtenMs > quietMs;
  }

  #remove(file: LogFile): void {
    const path = join(this.#settings.dir, file.name);
    if (file.isRead) rmSync(path, { force: true });
    else countRemovedUnread(path, () => unlinkSync(path), this.#lines.get(file.name));
    this.#lines.delete(file.name);
  }
}

function allBut<T>(items: readonly T[], newest: number): readonly T[] {
  return items.slice(0, Math.max(0, items.length - newest));
}
