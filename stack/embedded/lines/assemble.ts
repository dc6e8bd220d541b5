/** Puts a stack trace in plain text, one line for each frame, back together with the line that it belongs to. */
import type { LogRecord } from "../records.ts";
import { parseJson, parseLine, withoutEscapes } from "./parse.ts";
import type { LineSource } from "./parse.ts";
import type { Line } from "./split.ts";

/** A stack is written at once; what comes later is something else. */
const waitMs = 50;

/** What would make a message longer than this begins the next one. */
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
      const text = withoutEscapes(line.text);
      if (held !== undefined && isContinuation(text) && held.message.length + text.length < maxMessageLength) {
        held = { ...held, message: `${held.message}\n${text}` };
        return;
      }
      flush();
      const record = parseLine(line, source);
      if (record === undefined) return;
      if (!isPlain(record, line.text)) return emit(record);
      held = record;
      timer = setTimeout(flush, waitMs);
    },
  };
}

function isContinuation(text: string): boolean {
  return /^\s+\S/.test(text) || /^(Caused by:|\})/.test(text);
}

/** Fields of a line in JSON may have the name of the mark as well. */
function isPlain({ attributes }: LogRecord, text: string): boolean {
  return attributes["stream"] !== undefined && parseJson(text) === undefined;
}
