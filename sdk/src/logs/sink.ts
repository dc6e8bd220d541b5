/** Where log lines go. One sink serves every logger of the SDK; `start()` may replace it. */
import { logFields } from "../vocabulary.ts";
import { cutText } from "./limits.ts";
import { createStdoutSink } from "./stdout.ts";

/**
 * Takes lines somewhere. What has been written survives the death of the process as far as the sink can promise;
 * what is needed for certain, as the last line of a crash, is followed by `flush()`.
 */
export interface LogSink {
  /** Longest line in bytes, the newline included. */
  readonly maxLineBytes: number;
  /** Takes one line that ends with a newline. Never throws and never waits; counts what it cannot keep. */
  write(line: string): void;
  /**
   * Hands over everything that was written so far before it returns: to the operating system, or to where it outlives
   * the process. Waits for a slow reader until it has taken nothing for so many milliseconds, three times as long in
   * all; what is left then goes on waiting. Never throws.
   */
  flush(withinMs?: number): void;
  /** Resolves when what was written so far is out, or a second brings nothing forward. Never rejects, never holds the event loop. */
  drain?(): Promise<void>;
  /** The process ends now: flushes, counts what is left as lost, and from then on writes each line at once. */
  end?(): void;
  /** Bytes that wait to be written. */
  waitingBytes?(): number;
}

/** How long a flush waits for a reader that takes nothing. */
const usualFlushMs = 1000;

let sink: LogSink | undefined;

/** Every sink there was: one that was replaced may still hold lines. */
const sinks = new Set<LogSink>();

/** Replaces the sink; undefined brings the default one, stdout, back. */
export function useSink(next: LogSink | undefined): void {
  sink?.flush(usualFlushMs);
  sink = next;
  if (next !== undefined) endWithProcess(next);
}

/** What pino writes to. */
export const destination = {
  write(line: string): void {
    const to = (sink ??= endWithProcess(createStdoutSink()));
    to.write(fitted(line, to.maxLineBytes));
  },
  /** Everything written before is out when it returns, within a time limit. */
  flush(done?: () => void): void {
    sink?.flush(usualFlushMs);
    done?.();
  },
  async drain(): Promise<void> {
    if (sink?.drain === undefined) destination.flush();
    else await sink.drain();
  },
  waitingBytes: (): number => sink?.waitingBytes?.() ?? 0,
};

function endWithProcess(added: LogSink): LogSink {
  if (sinks.size === 0) process.once("exit", endSinks);
  sinks.add(added);
  return added;
}

/** The process ends now. A signal that ends it does so without the event `exit`. */
export function endSinks(): void {
  for (const each of sinks) each.end?.();
}

/** Gives a line as it is, or shortened to what a sink takes. */
export function fitted(line: string, maxBytes: number): string {
  return line.length * 3 <= maxBytes ? line : shortened(line, maxBytes);
}

/** Fields that a line keeps when it is too long, the ones that can be cut last. */
const keptFields = [
  logFields.level,
  logFields.timestamp,
  logFields.eventId,
  logFields.eventAction,
  logFields.ecsVersion,
  logFields.serviceName,
  logFields.serviceVersion,
  logFields.serviceEnvironment,
  logFields.serviceNodeName,
  logFields.eventDataset,
  logFields.traceId,
  logFields.spanId,
  logFields.errorType,
  logFields.errorMessage,
  logFields.errorStackTrace,
  logFields.message,
] as const;

function shortened(line: string, maxBytes: number): string {
  const originalBytes = Buffer.byteLength(line);
  if (originalBytes <= maxBytes) return line;
  const fields: Record<string, unknown> = JSON.parse(line);
  const kept = keptFields.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]] as const);
  const marks = { [logFields.truncated]: true, [logFields.originalBytes]: originalBytes };
  for (let limit = maxBytes / 4; ; limit /= 2) {
    const cut = kept.map(([name, value]) => [name, typeof value === "string" ? cutText(value, limit) : value]);
    const shorter = `${JSON.stringify({ ...Object.fromEntries(cut), ...marks })}\n`;
    if (Buffer.byteLength(shorter) <= maxBytes || limit < 1) return shorter;
  }
}
