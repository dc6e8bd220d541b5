/** Log lines on stdout: for programs to read, or for people at a terminal. */
import { createPm2Sink, isPm2Worker } from "./pm2-stdout.ts";
import { prettyLine } from "./pretty.ts";
import type { LogSink } from "./sink.ts";
import { StdoutSink } from "./stdout-sink.ts";

let only: StdoutSink | undefined;

/** One for the process: two that write parts of lines would mix them. */
function openStdout(): StdoutSink {
  // Node makes a pipe or a socket non-blocking when stdout is first asked for: a write returns at once, whoever reads.
  void process.stdout;
  return (only ??= new StdoutSink());
}

/**
 * Writes lines to stdout without holding the event loop, those of some milliseconds together. A reader that is too
 * slow, or gone, costs the oldest lines and is said; it never holds the service, and its end for a second.
 */
export function createStdoutSink(): LogSink {
  return isPm2Worker() ? createPm2Sink() : openStdout();
}

/** Writes lines to the terminal, for people. */
export function createPrettySink(): LogSink {
  const colors = process.stdout.hasColors?.() ?? false;
  const sink = openStdout();
  return {
    maxLineBytes: 1024 ** 2,
    write: (line) => sink.writeAtOnce(prettyLine(line, { colors })),
    flush: (withinMs) => sink.flush(withinMs),
    drain: () => sink.drain(),
    end: () => sink.end(),
    waitingBytes: () => sink.waitingBytes(),
  };
}
