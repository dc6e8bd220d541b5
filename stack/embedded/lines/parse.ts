/** One line of a program's output as a log record: ECS, another JSON logger's, or plain text. */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { Attributes, Json, LogRecord, Resource } from "../records.ts";
import { severityOf } from "../severity.ts";
import type { Line } from "./split.ts";

type Fields = Readonly<Record<string, Json>>;

export interface LineSource {
  /** Name for lines that do not tell their service. */
  readonly service: string;
  readonly stream: "stdout" | "stderr";
}

/** Names of the same thing in the loggers that Node services use; the first that is there counts. */
const names = {
  level: [logFields.level, "level", "severity", "lvl"],
  message: [logFields.message, "msg", "message", "event"],
  time: [logFields.timestamp, "time", "timestamp", "ts", "date"],
  traceId: [logFields.traceId, "trace_id", "traceId", "dd.trace_id"],
  spanId: [logFields.spanId, "span_id", "spanId"],
} as const;

/** ECS names of what OpenTelemetry keeps in the resource. */
const resourceFields: Readonly<Record<string, string>> = {
  [logFields.serviceName]: "service.name",
  [logFields.serviceVersion]: "service.version",
  [logFields.serviceEnvironment]: "deployment.environment.name",
  [logFields.serviceNodeName]: "service.instance.id",
};

/** Fields that say nothing more once the record is made. */
const used = new Set<string>([
  ...Object.values(names).flat(),
  ...Object.keys(resourceFields),
  logFields.ecsVersion,
  logFields.eventDataset,
]);

/** Gives the record of a line; undefined for an empty one. */
export function parseLine(line: Line, source: LineSource): LogRecord | undefined {
  if (line.text.trim() === "") return undefined;
  const fields = parseJson(line.text);
  const record = fields === undefined ? plainRecord(line.text, source) : jsonRecord(fields, source);
  if (line.originalBytes === undefined) return record;
  const marks = { [logFields.truncated]: true, [logFields.originalBytes]: line.originalBytes };
  return { ...record, attributes: { ...record.attributes, ...marks } };
}

/** The fields of a line in JSON; undefined for plain text. */
export function parseJson(text: string): Fields | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function plainRecord(text: string, { service, stream }: LineSource): LogRecord {
  return {
    resource: plainResource(service),
    timeUs: Date.now() * 1000,
    severity: severityOf(stream === "stderr" ? "error" : "info"),
    message: withoutEscapes(text),
    traceId: null,
    spanId: null,
    attributes: { stream },
  };
}

function jsonRecord(fields: Fields, { service }: LineSource): LogRecord {
  const message = first(fields, names.message);
  return {
    resource: resourceOf(fields) ?? plainResource(service),
    timeUs: toMicroseconds(first(fields, names.time)),
    severity: severityOf(first(fields, names.level)),
    message: typeof message === "string" ? message : JSON.stringify(message ?? fields),
    traceId: idOf(first(fields, names.traceId), 32),
    spanId: idOf(first(fields, names.spanId), 16),
    attributes: Object.fromEntries(Object.entries(fields).filter(([name]) => !used.has(name))),
  };
}

/** Records of one process share one object, so that it is looked up once. */
const resources = new Map<string, Resource>();

const maxResources = 1000;

function resourceOf(fields: Fields): Resource | undefined {
  if (typeof fields[logFields.serviceName] !== "string") return undefined;
  const entries = Object.entries(resourceFields).filter(([field]) => typeof fields[field] === "string");
  return shared(Object.fromEntries(entries.map(([field, name]) => [name, fields[field] ?? null])));
}

function plainResource(service: string): Resource {
  return shared({ "service.name": service });
}

function shared(resource: Attributes): Resource {
  const key = JSON.stringify(resource);
  const known = resources.get(key);
  if (known !== undefined) return known;
  if (resources.size >= maxResources) resources.clear();
  resources.set(key, resource);
  return resource;
}

function first(fields: Fields, candidates: readonly string[]): Json | undefined {
  const name = candidates.find((candidate) => fields[candidate] !== undefined);
  return name === undefined ? undefined : fields[name];
}

/** Lower numbers are seconds, which some loggers write: as milliseconds they would be in 1973 or before. */
const minMilliseconds = 1e11;

function toMicroseconds(time: Json | undefined): number {
  const given = typeof time === "string" ? Date.parse(time) : time;
  if (typeof given !== "number" || !(given > 0)) return Date.now() * 1000;
  const isSeconds = typeof time === "number" && given < minMilliseconds;
  const timeUs = Math.round(given * (isSeconds ? 1e6 : 1000));
  return Number.isSafeInteger(timeUs) ? timeUs : Date.now() * 1000;
}

function idOf(value: Json | undefined, digits: number): string | null {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value) ? value : null;
}

export function withoutEscapes(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colours of a terminal
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}
