/** Where log lines go. One sink serves every logger of the SDK; `start()` may replace it. */
import { logFields } from "../vocabulary.ts";
import { cutText } from "./limits.ts";
import { createStdoutSink } from "./stdout.ts";

export interface LogSink {
  /** Longest line in bytes, the newline included. */
  readonly maxLineBytes: number;
  /** Takes one line that ends with a newline; never throws, counts what it cannot write. */
  write(line: string): void;
  /** Writes out what is buffered, before it returns. */
  flush(): void;
}

let sink: LogSink | undefined;

/** Replaces the sink; undefined brings the default one, stdout, back. */
export function useSink(next: LogSink | undefined): void {
  sink?.flush();
  sink = next;
}

/** What pino writes to. */
export const destination = {
  write(line: string): void {
    const to = (sink ??= createStdoutSink());
    to.write(line.length * 3 <= to.maxLineBytes ? line : shortened(line, to.maxLineBytes));
  },
  flush(done?: () => void): void {
    sink?.flush();
    done?.();
  },
};

/** Fields that a line keeps when it is too long, the ones that can be cut last. */
const keptFields = [
  logFields.level,
  logFields.timestamp,
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
