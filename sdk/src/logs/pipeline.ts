/** Starts the log path: sink, level, fields of the service and ids on every line, the access log. */
import { messageOf, report } from "../diagnostics.ts";
import type { LogOptions } from "../options.ts";
import type { Service } from "../resource.ts";
import { createAccessLog } from "./access-line.ts";
import type { AnsweredRequest } from "./access-line.ts";
import { createFileSink } from "./file.ts";
import { setLogLevel } from "./logger.ts";
import { bindPino, encodeService } from "./pino-bindings.ts";
import { destination, useSink } from "./sink.ts";
import type { LogSink } from "./sink.ts";
import { createPrettySink, createStdoutSink } from "./stdout.ts";

export interface LogPipeline {
  /** Records written since the start, by level. */
  readonly records: ReadonlyMap<string, number>;
  /** Writes the access line of a request; undefined when they are switched off. */
  readonly writeAccessLine: ((request: AnsweredRequest) => void) | undefined;
  readonly flush: () => void;
  readonly stop: () => void;
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
    flush: () => destination.flush(),
    stop() {
      stopBinding();
      destination.flush();
    },
  };
}

/** The sink that the options ask for. A folder that cannot be written to is said, and stdout takes its place. */
export function createSink(options: LogOptions, service: Pick<Service, "name">): LogSink {
  const { dir, fileBytes, fileCount, format } = options;
  if (dir !== undefined) {
    try {
      return createFileSink({ dir, service: service.name, fileBytes, fileCount });
    } catch (error) {
      report("log-dir", `log files cannot be written to ${dir}: ${messageOf(error)}; stdout is used instead`);
    }
  }
  const isPretty = format === "pretty" || (format === "auto" && process.stdout.isTTY);
  return isPretty ? createPrettySink() : createStdoutSink();
}
