/**
 * Log files for a shipper to read: one file for each process and rotation, whole lines, never renamed. A line whose
 * call has returned is with the operating system, so killing the process loses none.
 */
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, report } from "../diagnostics.ts";
import { logFields } from "../vocabulary.ts";
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
  #fd: number;
  #size = 0;
  /** The previous write stopped within a line: a full disk, for instance. */
  #isTorn = false;

  constructor(settings: FileSettings) {
    this.#settings = settings;
    this.#prefix = settings.service.replace(/[^A-Za-z0-9_-]/g, "_");
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
    const time = new Date().toISOString().replace(/[-:.]/g, "");
    const id = randomBytes(4).toString("hex");
    const fd = openSync(join(this.#settings.dir, `${this.#prefix}.${time}.${process.pid}.${id}.ndjson`), "a", 0o640);
    this.#size = 0;
    this.#isTorn = false;
    this.#removeOldest();
    this.#size = writeSync(fd, headerLine(this.#settings.service));
    return fd;
  }

  #removeOldest(): void {
    const { dir, fileCount } = this.#settings;
    const own = readdirSync(dir).filter((name) => this.#isDisposable(name));
    for (const name of own.toSorted().slice(0, -fileCount)) rmSync(join(dir, name), { force: true });
  }

  /** Files of this process and of processes that have ended; those of a living one are its own. */
  #isDisposable(name: string): boolean {
    const [prefix, , pid, , ending] = name.split(".");
    if (prefix !== this.#prefix || ending !== "ndjson") return false;
    return Number(pid) === process.pid || !isAlive(Number(pid));
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

/** The first line of a file, different in each: shippers tell files apart by their first bytes. */
function headerLine(service: string): string {
  const fields = {
    [logFields.level]: "info",
    [logFields.timestamp]: new Date().toISOString(),
    [logFields.ecsVersion]: ecsVersion,
    "log.file.id": randomBytes(16).toString("hex"),
    [logFields.serviceName]: service,
    [logFields.eventAction]: "log-file-opened",
    [logFields.message]: "log file opened",
  };
  return `${JSON.stringify(fields)}\n`;
}
