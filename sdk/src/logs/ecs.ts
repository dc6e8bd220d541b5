/**
 * Log fields as the Elastic Common Schema has them, dotted keys. What a service adds keeps its name where ECS knows
 * it; everything else goes under `labels` (plain values) or `app` (objects and lists), so that it can never override
 * a field of ours or break a mapping.
 *
 * @see https://www.elastic.co/docs/reference/ecs
 */
import { IncomingMessage, ServerResponse } from "node:http";
import { logFields } from "../vocabulary.ts";
import { bounded, cutText, readableEntries } from "./limits.ts";
import type { Json } from "./limits.ts";

/** The version of the schema that the fields belong to. */
export const ecsVersion = "9.0.0";

/** Field sets of ECS that a service may fill by itself, as `user.id` or as `user: { id }`. */
const openFieldSets = new Set(
  (
    "client cloud container destination device dns email event faas file geo group http network organization package " +
    "related rule server source threat tls url user user_agent vulnerability"
  ).split(" "),
);

/** Fields in those sets that only the SDK writes. */
const ownFields = new Set<string>([logFields.eventDataset, "event.id"]);

type Fields = Record<string, Json>;

/** Turns what was passed to a log call, or to `child()`, into ECS fields. */
export function toEcsFields(given: object): Fields {
  const fields: Fields = {}; // Every key that is not known gets a prefix, `__proto__` too.
  for (const [key, value] of readableEntries(given)) addField(fields, key, value);
  return fields;
}

function addField(fields: Fields, key: string, value: unknown): void {
  if (value instanceof Error && (key === "err" || key === "error")) Object.assign(fields, errorFields(value));
  else if (value instanceof IncomingMessage) Object.assign(fields, requestFields(value));
  else if (value instanceof ServerResponse) fields[logFields.httpResponseStatusCode] = value.statusCode;
  else {
    const copied = bounded(value);
    if (copied !== undefined) fields[placeFor(key, copied)] = copied;
  }
}

function placeFor(key: string, value: Json): string {
  if (isOpen(key, value)) return key;
  if (key === "name" && typeof value === "string") return logFields.logger;
  const isPlain = typeof value !== "object" || value === null;
  return `${isPlain ? "labels" : "app"}.${key.replaceAll(".", "_")}`;
}

function isOpen(key: string, value: Json): boolean {
  const [fieldSet = "", ...rest] = key.split(".");
  const isWhole = rest.length === 0;
  const fits = isWhole ? typeof value === "object" && value !== null && !Array.isArray(value) : true;
  return fits && openFieldSets.has(fieldSet) && !ownFields.has(key);
}

/** The error with its causes, the way Node prints them, in one stack trace. */
export function errorFields(error: Error): Fields {
  return {
    [logFields.errorType]: cutText(error.name),
    [logFields.errorMessage]: cutText(error.message),
    [logFields.errorStackTrace]: cutText(stackWithCauses(error)),
  };
}

function stackWithCauses(error: Error, depth = 0): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  const causes = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  const below = depth < 4 ? causes.filter((cause) => cause instanceof Error) : [];
  return [stack, ...below.map((cause) => `Caused by: ${stackWithCauses(cause, depth + 1)}`)].join("\n");
}

/** Method and path only: headers and query can hold secrets. */
function requestFields(request: IncomingMessage): Fields {
  const path = request.url?.split("?", 1)[0];
  return {
    ...(request.method === undefined ? {} : { [logFields.httpRequestMethod]: request.method }),
    ...(path === undefined ? {} : { [logFields.urlPath]: cutText(path) }),
  };
}
