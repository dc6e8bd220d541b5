/** The sink that the options ask for: one, or several that get every line. */
import { messageOf, report } from "../diagnostics.ts";
import type { LogOptions } from "../options.ts";
import type { Service } from "../resource.ts";
import { elasticsearchSettings } from "./elasticsearch/settings.ts";
import { createElasticsearchSink } from "./elasticsearch/sink.ts";
import { createFileSink } from "./file.ts";
import { fitted } from "./sink.ts";
import type { LogSink } from "./sink.ts";
import { createPrettySink, createStdoutSink } from "./stdout.ts";

export type LogTarget = NonNullable<LogOptions["targets"]>[number];

type NamedService = Pick<Service, "name"> & Partial<Pick<Service, "environment">>;

/** Makes the sink of a target; undefined when it cannot be had, which it has said then. */
type MakeSink = (options: LogOptions, service: NamedService) => LogSink | undefined;

const makers: Readonly<Record<LogTarget, MakeSink>> = {
  stdout: ({ format }) => {
    const isPretty = format === "pretty" || (format === "auto" && process.stdout.isTTY);
    return isPretty ? createPrettySink() : createStdoutSink();
  },
  file: ({ dir, fileBytes, fileCount, totalBytes }, { name }) => {
    try {
      if (dir === undefined) throw new Error("OBSBOX_LOG_DIR is not set");
      return createFileSink({ dir, service: name, fileBytes, fileCount, totalBytes });
    } catch (error) {
      report("log-dir", `log files cannot be written to ${dir}: ${messageOf(error)}; stdout is used instead`);
      return undefined;
    }
  },
  elasticsearch: (options, service) => {
    const settings = elasticsearchSettings(options, service);
    if (settings !== undefined) return createElasticsearchSink(settings);
    report("elasticsearch-url", "log lines cannot go to Elasticsearch: OBSBOX_ELASTICSEARCH_URL is not set");
    return undefined;
  },
};

/** Makes the sink. Where no target can be had, stdout takes its place. */
export function createSink(options: LogOptions, service: NamedService): LogSink {
  const sinks = targetsOf(options).flatMap((target) => makers[target](options, service) ?? []);
  return together(sinks) ?? makers.stdout(options, service) ?? createStdoutSink();
}

/** Where lines go when nothing says so: to what has its settings. */
function targetsOf({ targets, dir, elasticsearchUrl }: LogOptions): readonly LogTarget[] {
  if (targets !== undefined && targets.length > 0) return targets;
  const set: LogTarget[] = [
    ...(dir === undefined ? [] : ["file" as const]),
    ...(elasticsearchUrl === undefined ? [] : ["elasticsearch" as const]),
  ];
  return set.length > 0 ? set : ["stdout"];
}

/** One sink that gives each line to all; undefined for none. */
export function together(sinks: readonly LogSink[]): LogSink | undefined {
  const [first, ...others] = sinks;
  if (first === undefined || others.length === 0) return first;
  return {
    maxLineBytes: Math.max(...sinks.map(({ maxLineBytes }) => maxLineBytes)),
    write(line) {
      for (const sink of sinks) sink.write(fitted(line, sink.maxLineBytes));
    },
    flush(withinMs) {
      for (const sink of sinks) sink.flush(withinMs);
    },
    async drain() {
      await Promise.all(sinks.map(async (sink) => (sink.drain === undefined ? sink.flush() : sink.drain())));
    },
    end() {
      for (const sink of sinks) sink.end?.();
    },
    waitingBytes: () => sinks.reduce((sum, sink) => sum + (sink.waitingBytes?.() ?? 0), 0),
  };
}
