/** Starts the log path: sink, level, fields of the service and ids on every line, the access log. */
import type { LogOptions } from "../options.ts";
import type { Service } from "../resource.ts";
import { createAccessLog } from "./access-line.ts";
import type { AnsweredRequest } from "./access-line.ts";
import { setLogLevel } from "./logger.ts";
import { bindPino, encodeService } from "./pino-bindings.ts";
import { destination, useSink } from "./sink.ts";
import type { LogSink } from "./sink.ts";
import { createSink } from "./targets.ts";

export interface LogPipeline {
  /** Records written since the start, by level. */
  readonly records: ReadonlyMap<string, number>;
  /** Writes the access line of a request; undefined when they are switched off. */
  readonly writeAccessLine: ((request: AnsweredRequest) => void) | undefined;
  /** Bytes of lines that wait to be written. */
  readonly waitingBytes: () => number;
  /** Resolves when what was written so far is out, or cannot be for now. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @param sink - Takes the lines instead of the sink that the options ask for. */
export function startLogs(options: LogOptions, service: Service, sink?: LogSink): LogPipeline {
  const records = new Map<string, number>(["info", "warn", "error", "fatal"].map((level) => [level, 0]));
  const countRecord = (level: string) => void records.set(level, (records.get(level) ?? 0) + 1);
  const serviceFields = encodeService(service);
  useSink(sink ?? createSink(options, service));
  setLogLevel(options.level);
  const stopBinding = bindPino(serviceFields, countRecord);
  return {
    records,
    writeAccessLine: options.requests ? createAccessLog(serviceFields, countRecord) : undefined,
    waitingBytes: () => destination.waitingBytes(),
    flush: () => destination.drain(),
    async stop() {
      stopBinding();
      await destination.drain();
    },
  };
}
