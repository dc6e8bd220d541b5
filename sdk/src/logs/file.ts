/**
 * Log files for a shipper to read: whole lines, one file for each process and rotation, never renamed. A line whose
 * call has returned is with the operating system, so killing the process loses none. While the disk is full, lines
 * wait in memory; the oldest go when there are too many.
 */
import { closeSync, fstatSync, writeSync } from "node:fs";
import { messageOf, report } from "../diagnostics.ts";
import { LineQueue } from "./line-queue.ts";
import { LogFolder } from "./log-folder.ts";
import type { FolderSettings, OpenFile } from "./log-folder.ts";
import { countDropped } from "./losses.ts";
import type { LogSink } from "./sink.ts";

const maxLineBytes = 32 * 1024;

/** What may wait for room on the disk. */
const maxWaitingBytes = 16 * 1024 ** 2;

/** Pause before a disk that took nothing is tried again. */
const retryMs = 250;

/** Most that is written before the event loop goes on, when many lines have waited. */
const maxBytesAtOnce = 1024 ** 2;

/** How often to look whether somebody has removed the file. */
const lookEveryMs = 1000;

/** Codes of a disk that may have room again later. */
const passing = new Set<unknown>(["ENOSPC", "EDQUOT"]);

/** @throws Error when the folder cannot be made or written to; a full disk is waited for. */
export function createFileSink(settings: FolderSettings): LogSink {
  return new FileSink(settings);
}

class FileSink implements LogSink {
  readonly maxLineBytes = maxLineBytes;
  readonly #dir: string;
  readonly #folder: LogFolder;
  readonly #queue = new LineQueue(maxWaitingBytes);
  /** Undefined while none can be begun. */
  #file: OpenFile | undefined;
  /** The previous write stopped within a line, which the next one ends. */
  #isTorn = false;
  #isBehind = false;
  #timer: NodeJS.Timeout | undefined;
  #left = 0;
  #nextLook = 0;
  #nextRotation = 0;
  #isEnding = false;

  constructor(settings: FolderSettings) {
    this.#dir = settings.dir;
    this.#folder = new LogFolder(settings);
    try {
      this.#file = this.#folder.begin();
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#fallBehind(error);
    }
  }

  write(line: string): void {
    this.#lose(this.#queue.add(line));
    if (this.#isEnding) this.end();
    else if (!this.#isBehind) this.#writeOut();
  }

  /** One try: a disk that is full is not waited for. */
  flush(): void {
    this.#writeOut(Infinity);
  }

  end(): void {
    this.#isEnding = true;
    this.#writeOut(Infinity);
    clearTimeout(this.#timer);
    this.#lose(this.#queue.clear());
  }

  waitingBytes(): number {
    return this.#queue.bytes;
  }

  #writeOut(maxBytes = maxBytesAtOnce): void {
    this.#left = maxBytes;
    try {
      this.#isBehind = !this.#queue.writeOut(this.#writeSome);
      if (this.#isBehind) this.#tryAgainLater();
    } catch (error) {
      this.#fallBehind(error);
    }
  }

  readonly #writeSome = (bytes: Buffer, lines: number): number => {
    if (this.#left <= 0) return 0;
    const file = this.#isTorn && this.#file !== undefined ? this.#file : this.#currentFile();
    const written = writeSync(file.fd, bytes);
    file.bytes += written;
    this.#left -= written;
    this.#isTorn = written < bytes.length;
    if (!this.#isTorn) file.lines += lines;
    return written;
  };

  #currentFile(): OpenFile {
    if (this.#file === undefined) return this.#begin();
    const now = performance.now();
    if (now > this.#nextLook) {
      this.#nextLook = now + lookEveryMs;
      if (isRemoved(this.#file.fd)) return this.#begin();
    }
    if (this.#file.bytes >= this.#folder.fileBytes && now > this.#nextRotation) this.#rotate(now);
    return this.#file;
  }

  /** A file that cannot be followed by another one is written to on. */
  #rotate(now: number): void {
    try {
      this.#begin();
    } catch (error) {
      this.#nextRotation = now + lookEveryMs;
      report("log-file-rotation", `the next log file cannot be begun in ${this.#dir}: ${messageOf(error)}`);
    }
  }

  #begin(): OpenFile {
    const before = this.#file;
    this.#file = this.#folder.begin(before);
    if (before !== undefined) closeSync(before.fd);
    return this.#file;
  }

  #fallBehind(error: unknown): void {
    this.#isBehind = true;
    this.#tryAgainLater();
    report(
      "log-file-write",
      `log lines cannot be written to ${this.#dir}: ${messageOf(error)}; they wait in memory, the oldest are dropped first; free the disk`,
    );
  }

  #tryAgainLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#writeOut(), this.#left <= 0 ? 1 : retryMs).unref();
  }

  #lose(lines: number): void {
    if (lines === 0) return;
    countDropped("file-write", lines);
    report("log-file-lost", `log lines that could not be written to ${this.#dir} are lost; free the disk`);
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof Error && "code" in error && passing.has(error.code);
}

/** Somebody has removed it, or its disk is gone. */
function isRemoved(fd: number): boolean {
  try {
    return fstatSync(fd).nlink === 0;
  } catch {
    return true;
  }
}
