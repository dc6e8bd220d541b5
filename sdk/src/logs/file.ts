/**
 * Log files for a shipper to read: one file for each process and rotation, whole lines, never renamed. A line whose
 * call has returned is with the operating system, so killing the process loses none.
 */
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, report } from "../diagnostics.ts";
import { logFields } from "../vocabulary.ts";
import { datasetOf } from "./dataset.ts";
import { ecsVersion } from "./ecs.ts";
import { countDropped } from "./losses.ts";
import type { LogSink } from "./sink.ts";

export interface FileSettings {
  readonly dir: string;
  /** Begins every file's name. */
  readonly service: string;
  /** Size at which the next file begins. */
  readonly fileBytes: number;
  /** Files of this process, and of processes that have ended, that are kept. */
  readonly fileCount: number;
}

const maxLineBytes = 32 * 1024;

/** @throws Error when the folder cannot be made or written to. */
export function createFileSink(settings: FileSettings): LogSink {
  mkdirSync(settings.dir, { recursive: true });
  return new FileSink(settings);
}

class FileSink implements LogSink {
  readonly maxLineBytes = maxLineBytes;
  readonly #settings: FileSettings;
  readonly #prefix: string;
  /** Names of this service's files; the process is the first group. */
  readonly #pattern: RegExp;
  #fd: number;
  #size = 0;
  /** The previous write stopped within a line: a full disk, for instance. */
  #isTorn = false;
  /** When the latest file was begun. Rises with each file, whatever the system clock does: names are in that order. */
  #begunMs = 0;

  constructor(settings: FileSettings) {
    this.#settings = settings;
    this.#prefix = settings.service.replace(/[^A-Za-z0-9_-]/g, "_");
    this.#pattern = new RegExp(`^${this.#prefix}\\.\\d{8}T\\d{9}Z\\.(\\d+)\\.[0-9a-f]{8}\\.ndjson$`);
    this.#fd = this.#open();
  }

  write(line: string): void {
    try {
      if (this.#size >= this.#settings.fileBytes) this.#rotate();
      this.#append(this.#isTorn ? `\n${line}` : line);
    } catch (error) {
      countDropped("file-write");
      report(
        "log-file-write",
        `log lines cannot be written to ${this.#settings.dir}: ${messageOf(error)}; free the disk`,
      );
    }
  }

  flush(): void {} // Every line is written at once.

  #append(text: string): void {
    const bytes = Buffer.from(text);
    const written = writeSync(this.#fd, bytes);
    this.#size += written;
    this.#isTorn = written < bytes.length;
    if (this.#isTorn) throw new Error(`only ${written} of ${bytes.length} bytes fit`);
  }

  #rotate(): void {
    const full = this.#fd;
    this.#fd = this.#open();
    closeSync(full);
  }

  #open(): number {
    const { dir, service } = this.#settings;
    const name = this.#nextName();
    const fd = openSync(join(dir, name), "a", 0o640);
    try {
      this.#removeOldest(name);
      const header = Buffer.from(headerLine(service));
      this.#size = writeSync(fd, header);
      this.#isTorn = this.#size < header.length;
      return fd;
    } catch (error) {
      closeSync(fd);
      rmSync(join(dir, name), { force: true });
      throw error;
    }
  }

  #nextName(): string {
    this.#begunMs = Math.max(Date.now(), this.#begunMs + 1);
    const time = new Date(this.#begunMs).toISOString().replace(/[-:.]/g, "");
    return `${this.#prefix}.${time}.${process.pid}.${randomBytes(4).toString("hex")}.ndjson`;
  }

  #removeOldest(newest: string): void {
    const { dir, fileCount } = this.#settings;
    const others = readdirSync(dir).filter((name) => name !== newest && this.#isDisposable(name));
    for (const name of others.toSorted().slice(0, 1 - fileCount)) rmSync(join(dir, name), { force: true });
  }

  /** Files of this process and of processes that have ended; those of a living one are its own. */
  #isDisposable(name: string): boolean {
    const pid = this.#pattern.exec(name)?.[1];
    return pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The first line of a file, different in each within 128 bytes: shippers tell files apart by how they begin. */
function headerLine(service: string): string {
  const fields = {
    [logFields.level]: "info",
    [logFields.timestamp]: new Date().toISOString(),
    [logFields.ecsVersion]: ecsVersion,
    "log.file.id": randomBytes(16).toString("hex"),
    [logFields.serviceName]: service,
    [logFields.eventDataset]: datasetOf(service),
    [logFields.eventAction]: "log-file-opened",
    [logFields.message]: "log file opened",
  };
  return `${JSON.stringify(fields)}\n`;
}
