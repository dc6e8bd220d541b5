import pino from "pino";
import { report } from "../diagnostics.ts";
import { countDropped } from "./losses.ts";
import { prettyLine } from "./pretty.ts";
import type { LogSink } from "./sink.ts";

/** Docker splits lines of 16 KiB and more in two. */
const maxLineBytes = 16 * 1024 - 1;

/** What may wait for a slow reader before lines are dropped. */
const maxWaitingBytes = 16 * 1024 ** 2;

/**
 * Writes lines to stdout without holding the event loop, those of one turn of it at once; what waits is written when
 * the process ends, and from then on each line at once.
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
  const endTurn = () => {
    if (lines !== "") stream.write(lines);
    lines = "";
  };
  const flush = () => {
    endTurn();
    stream.flushSync();
  };
  process.once("exit", () => {
    isEnding = true;
    flush();
  });
  return {
    maxLineBytes,
    write(line) {
      if (lines === "") setImmediate(endTurn);
      lines += line;
      if (isEnding) flush();
    },
    flush,
  };
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
