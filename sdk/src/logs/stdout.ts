import { writeSync } from "node:fs";
import pino from "pino";
import { report } from "../diagnostics.ts";
import { countDropped } from "./losses.ts";
import { prettyLine } from "./pretty.ts";
import type { LogSink } from "./sink.ts";

/** Docker splits lines of 16 KiB and more in two. */
const maxLineBytes = 16 * 1024 - 1;

/** What may wait for a slow reader before lines are dropped. */
const maxWaitingBytes = 16 * 1024 ** 2;

/** A write of its own for each line costs more than the line. */
const writeEveryMs = 10;
const writeAtLength = 64 * 1024;

/** Longest wait for a slow reader when the process ends. */
const writeNowMs = 1000;

/**
 * Writes lines to stdout without holding the event loop, those of some milliseconds together; what waits is written
 * when the process ends, and from then on each line at once.
 */
export function createStdoutSink(): LogSink {
  const stream = pino.destination({ fd: 1, sync: false, maxLength: maxWaitingBytes });
  stream.on("drop", () => {
    countDropped("stdout-full");
    report("stdout-full", "log lines are dropped: the reader of stdout is too slow");
  });
  stream.on("error", (error: Error) => {
    countDropped("stdout-closed");
    report("stdout-closed", `log lines cannot be written to stdout: ${error.message}`);
  });
  let lines = "";
  let isEnding = false;
  const release = () => {
    if (lines !== "") stream.write(lines);
    lines = "";
  };
  const flush = () => {
    stream.flushSync();
    writeNow(lines);
    lines = "";
  };
  process.once("exit", () => {
    isEnding = true;
    flush();
  });
  return {
    maxLineBytes,
    write(line) {
      if (lines === "") setTimeout(release, writeEveryMs).unref();
      lines += line;
      if (isEnding) flush();
      else if (lines.length >= writeAtLength) release();
    },
    flush,
  };
}

/** Writes before it returns: what is given to the system's threads when the process ends may never be written. */
function writeNow(text: string): void {
  const deadline = performance.now() + writeNowMs;
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (!isFull(error) || performance.now() > deadline) {
        countDropped("stdout-closed");
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** The reader has not taken yet what was written before. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
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
