/** Puts a stack trace in plain text, one line for each frame, back together with the line that it belongs to. */
import type { LogRecord } from "../records.ts";
import { parseLine } from "./parse.ts";
import type { LineSource } from "./parse.ts";
import type { Line } from "./split.ts";

/** A stack is written at once; what comes later is something else. */
const waitMs = 50;

const maxMessageLength = 32 * 1024;

export interface LineAssembler {
  push(line: Line): void;
  /** Gives what is held back. */
  flush(): void;
}

/** @param emit - Told of each record; one that may go on is held back for a moment. */
export function createLineAssembler(source: LineSource, emit: (record: LogRecord) => void): LineAssembler {
  let held: LogRecord | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    if (held !== undefined) emit(held);
    held = undefined;
  };

  return {
    flush,
    push(line) {
      if (held !== undefined && isContinuation(line.text)) {
        held = { ...held, message: `${held.message}\n${line.text}`.slice(0, maxMessageLength) };
        return;
      }
      flush();
      const record = parseLine(line, source);
      if (record === undefined) return;
      if (!isPlain(record)) return emit(record);
      held = record;
      timer = setTimeout(flush, waitMs);
    },
  };
}

function isContinuation(text: string): boolean {
  return /^\s+\S/.test(text) || /^(Caused by:|\})/.test(text);
}

function isPlain({ attributes }: LogRecord): boolean {
  return attributes["stream"] !== undefined;
}
