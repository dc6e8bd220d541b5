/** Log lines on stdout: for programs to read, or for people at a terminal. */
import { write, writeSync } from "node:fs";
import { messageOf, report } from "../diagnostics.ts";
import { countDropped } from "./losses.ts";
import { prettyLine } from "./pretty.ts";
import type { LogSink } from "./sink.ts";

/** Docker splits lines of 16 KiB and more in two. */
const maxLineBytes = 16 * 1024 - 1;

/** What may wait for a slow reader before lines are dropped, in characters. */
const maxWaiting = 16 * 1024 ** 2;

/** A write of its own for each line costs more than the line. */
const writeEveryMs = 10;
const writeAtLength = 64 * 1024;

/** Pause before a reader that has not taken what was written is asked again. */
const retryMs = 10;

/** A write that takes longer waits for its reader: one more would wait with it. */
const stuckAfterMs = 200;

/** Longest wait for a slow reader when the process ends. */
const lastWriteMs = 1000;

const stdout = 1;

/**
 * Writes lines to stdout without holding the event loop, those of some milliseconds together; what waits is written
 * when the process ends, and from then on each line at once. A reader that is too slow, or gone, costs lines and is
 * said; it never holds the service or its end.
 */
export function createStdoutSink(): LogSink {
  const sink = new StdoutSink();
  process.once("exit", () => sink.end());
  return sink;
}

class StdoutSink implements LogSink {
  readonly maxLineBytes = maxLineBytes;
  #waiting = "";
  /** When the write began that the system has not finished; undefined when there is none. */
  #writingSince: number | undefined;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  write(line: string): void {
    if (this.#waiting.length + line.length > maxWaiting) {
      lose("stdout-full", line, "the reader of stdout is too slow");
      return;
    }
    this.#waiting += line;
    if (this.#isEnding) this.flush();
    else if (this.#waiting.length >= writeAtLength) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), writeEveryMs).unref();
  }

  /** Writes before it returns: what is given to the system's threads when the process ends may never be written. */
  flush(): void {
    if (performance.now() - (this.#writingSince ?? Infinity) > stuckAfterMs) return;
    const text = this.#take();
    const deadline = performance.now() + lastWriteMs;
    let rest = Buffer.from(text);
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(stdout, rest));
      } catch (error) {
        if (!isFull(error) || performance.now() > deadline) {
          lose("stdout-closed", rest.toString(), messageOf(error));
          return;
        }
        pause(retryMs);
      }
    }
  }

  end(): void {
    this.#isEnding = true;
    this.flush();
    lose("stdout-full", this.#take(), "the reader of stdout is too slow");
  }

  #begin(): void {
    if (this.#writingSince !== undefined) return;
    const text = this.#take();
    if (text === "") return;
    this.#writingSince = performance.now();
    this.#writeSoon(Buffer.from(text));
  }

  #writeSoon(bytes: Buffer): void {
    write(stdout, bytes, (error, written) => {
      const rest = error === null ? bytes.subarray(written) : bytes;
      if (error !== null && !isFull(error)) lose("stdout-closed", rest.toString(), error.message);
      else if (rest.length > 0) {
        if (error === null) this.#writeSoon(rest);
        else setTimeout(() => this.#writeSoon(rest), retryMs).unref();
        return;
      }
      this.#writingSince = undefined;
      this.#begin();
    });
  }

  #take(): string {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#waiting;
    this.#waiting = "";
    return text;
  }
}

function lose(reason: string, lines: string, why: string): void {
  if (lines === "") return;
  countDropped(reason, lines.split("\n").length - 1);
  report(reason, `log lines cannot be written to stdout: ${why}`);
}

/** The reader has not taken yet what was written before. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Writes lines to the terminal, for people. */
export function createPrettySink(): LogSink {
  const colors = process.stdout.hasColors?.() ?? false;
  return {
    maxLineBytes: 1024 ** 2,
    write: (line) => void process.stdout.write(prettyLine(line, { colors })),
    flush() {},
  };
}
