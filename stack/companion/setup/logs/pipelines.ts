/**
 * Ingest pipelines that turn plain pino lines into ECS, without scripts and without conditions.
 *
 * A condition is made of what fails: a processor whose field is missing passes (`ignore_missing`), one whose field is
 * there but cannot match runs its `on_failure`. An ECS line has none of the fields asked for, so it costs five look-ups.
 */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { JsonObject } from "../../elasticsearch/json.ts";

/** Runs for every log line, because the index template names it: it works whoever ships the line. */
export const logsPipeline = "obsbox-logs";
export const pinoPipeline = "obsbox-logs-pino";

type Processor = JsonObject;

/** Runs processors when the document has a field, whatever is in it. */
function whenPresent(field: string, ...then: readonly Processor[]): Processor {
  return { grok: { field, patterns: [neverMatches], ignore_missing: true, on_failure: then } };
}

const neverMatches = "(?!)";

/** Moves a field unless it is missing or its new place is taken. */
function move(field: string, target_field: string): Processor {
  return { rename: { field, target_field, ignore_missing: true, ignore_failure: true } };
}

/** An alias cannot be written to, so what cannot be moved has to go. */
function moveOffAlias(field: string, target_field: string): Processor {
  const remove = { remove: { field, ignore_missing: true } };
  return { rename: { field, target_field, ignore_missing: true, on_failure: [remove] } };
}

const main: readonly Processor[] = [
  { set: { field: logFields.timestamp, value: "{{{_ingest.timestamp}}}", override: false } },
  moveOffAlias("trace_id", logFields.traceId),
  moveOffAlias("span_id", logFields.spanId),
  // pino and bunyan: both fields at the top. One alone can be anything.
  whenPresent("level", whenPresent("time", { pipeline: { name: pinoPipeline, ignore_failure: true } })),
];

/** Level numbers, rounded down to the next that has a name. */
const levels: readonly (readonly [name: string, numbers: string])[] = [
  ["trace", "1?\\d"],
  ["debug", "2\\d"],
  ["info", "3\\d"],
  ["warn", "4\\d"],
  ["error", "5\\d"],
  ["fatal", "[6-9]\\d|\\d{3,}"],
];

const time: readonly Processor[] = [
  { convert: { field: "time", type: "string", ignore_failure: true } },
  // Seconds since 1970 become milliseconds.
  { gsub: { field: "time", pattern: "^(\\d{9,10})(\\.\\d+)?$", replacement: "$1000", ignore_failure: true } },
  {
    date: {
      field: "time",
      formats: ["UNIX_MS", "ISO8601"],
      on_failure: [move("time", "labels.time")],
    },
  },
  { remove: { field: "time", ignore_missing: true } },
];

const level: readonly Processor[] = [
  { convert: { field: "level", type: "string", ignore_failure: true } },
  ...levels.map(([name, numbers]) => ({
    gsub: { field: "level", pattern: `^(${numbers})$`, replacement: name, ignore_failure: true },
  })),
  { lowercase: { field: "level", ignore_failure: true } },
  move("level", logFields.level),
];

/** pino's fields, those of its serialisers and of pino-http, and where ECS has them. */
const moves: readonly (readonly [field: string, target: string])[] = [
  ["msg", logFields.message],
  ["pid", logFields.processPid],
  ["hostname", logFields.hostHostname],
  ["name", logFields.logger],
  ["err.type", logFields.errorType],
  ["err.message", logFields.errorMessage],
  ["err.stack", logFields.errorStackTrace],
  ["err.code", "error.code"],
  ["reqId", "http.request.id"],
  ["req.id", "http.request.id"],
  ["req.method", logFields.httpRequestMethod],
  ["req.url", "url.original"],
  ["res.statusCode", logFields.httpResponseStatusCode],
];

/** Every pipeline by its name. */
export const pipelines: Readonly<Record<string, JsonObject>> = {
  [logsPipeline]: { description: "obsbox: log lines", processors: main },
  [pinoPipeline]: {
    description: "obsbox: plain pino lines become ECS",
    processors: [...time, ...level, ...moves.map(([field, target]) => move(field, target))],
  },
};
