/** Writes lines to stdout without waiting for whoever reads them. */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, report } from "../diagnostics.ts";
import { LineQueue } from "./line-queue.ts";
import { countDropped } from "./losses.ts";
import type { LogSink } from "./sink.ts";

/** Docker splits lines of 16 KiB and more in two. */
const maxLineBytes = 16 * 1024 - 1;

/** What may wait for a slow reader before the oldest lines go. */
const maxWaitingBytes = 16 * 1024 ** 2;

/** A write of its own for each line costs more than the line. */
const writeEveryMs = 10;
const writeAtBytes = 16 * 1024;

/** Most that is written before the event loop goes on. */
const maxBytesAtOnce = 1024 ** 2;

/** Pauses before a reader that has not taken what was written is asked again. */
const firstPauseMs = 1;
const longestPauseMs = 50;

/** A reader that takes nothing for so long does not hold the end. */
const patienceMs = 1000;

const stdout = 1;

const tooSlow = "its reader is too slow";

/** Codes of a reader that is slow, or of a disk that is full behind a file: the same write may succeed later. */
const passing = new Set<unknown>(["EAGAIN", "EWOULDBLOCK", "ENOSPC", "EDQUOT"]);

/** Relies on a descriptor that does not block: a write that its reader does not take fails at once. */
export class StdoutSink implements LogSink {
  readonly maxLineBytes = maxLineBytes;
  readonly #queue = new LineQueue(maxWaitingBytes);
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  /** Since when the reader has taken nothing, although something waits; undefined when it keeps up. */
  #behindSince: number | undefined;
  /** Until when nobody is asked: there is no reader. */
  #closedUntil = 0;
  /** Bytes that may still be written before the event loop goes on. */
  #left = 0;
  #isEnding = false;
  #why = tooSlow;

  write(line: string): void {
    this.#add(line);
    if (this.#isEnding) this.#writeLast(0);
    else if (this.#behindSince === undefined && this.#queue.bytes >= writeAtBytes) this.#writeOut();
    else this.#timer ??= setTimeout(this.#writeOut, writeEveryMs).unref();
  }

  /** For people, who see it between what the service prints itself. */
  writeAtOnce(line: string): void {
    this.#add(line);
    if (this.#behindSince === undefined) this.#writeOut();
  }

  flush(withinMs = patienceMs): void {
    const began = performance.now();
    const isPatient = () => {
      const now = performance.now();
      return now - Math.max(began, this.#behindSince ?? now) < withinMs && now - began < withinMs * 3;
    };
    while (!this.#tryWrite() && isPatient()) pause(firstPauseMs);
    this.#tryAgainLater();
  }

  async drain(): Promise<void> {
    while (!this.#tryWrite() && performance.now() - (this.#behindSince ?? 0) < patienceMs) await sleep(writeEveryMs);
    this.#tryAgainLater();
  }

  end(): void {
    this.#isEnding = true;
    this.#writeLast(patienceMs);
  }

  waitingBytes(): number {
    return this.#queue.bytes;
  }

  #add(line: string): void {
    if (this.#closedUntil !== 0 && performance.now() < this.#closedUntil) lose("stdout-closed", 1, this.#why);
    else lose("stdout-full", this.#queue.add(line), this.#why);
  }

  /** Once a reader has cost the end its time, further lines get one try each. */
  #writeLast(withinMs: number): void {
    this.flush(withinMs);
    clearTimeout(this.#timer);
    lose("stdout-full", this.#queue.clear(), this.#why);
  }

  readonly #writeOut = (): void => {
    this.#tryWrite();
    this.#tryAgainLater();
  };

  #tryAgainLater(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#behindSince === undefined) return;
    this.#timer = setTimeout(this.#writeOut, this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  /** Writes what the reader takes; gives whether that was all. */
  #tryWrite(): boolean {
    this.#left = maxBytesAtOnce;
    try {
      const isDone = this.#queue.writeOut(this.#writeSome);
      if (isDone) this.#noteProgress(undefined);
      return isDone;
    } catch (error) {
      this.#closedUntil = performance.now() + patienceMs;
      this.#noteProgress(undefined);
      this.#why = messageOf(error);
      lose("stdout-closed", this.#queue.clear(), this.#why);
      return true;
    }
  }

  readonly #writeSome = (bytes: Buffer): number => {
    if (this.#left <= 0) return 0;
    const written = writeNow(bytes);
    this.#left -= written;
    if (written > 0) this.#noteProgress(performance.now());
    else this.#behindSince ??= performance.now();
    return written;
  };

  #noteProgress(behindSince: number | undefined): void {
    this.#behindSince = behindSince;
    this.#pauseMs = firstPauseMs;
    this.#why = tooSlow;
  }
}

/** Gives how many bytes were taken: 0 while the reader is too slow. */
function writeNow(bytes: Buffer): number {
  try {
    return writeSync(stdout, bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && passing.has(error.code)) return 0;
    throw error;
  }
}

function lose(reason: string, lines: number, why: string): void {
  if (lines === 0) return;
  countDropped(reason, lines);
  report(reason, `log lines cannot be written to stdout: ${why}`);
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
