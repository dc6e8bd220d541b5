/**
 * Log fields as the Elastic Common Schema has them, dotted keys. What a service adds keeps its name where ECS knows
 * it; everything else goes under `labels` (plain values) or `app` (objects and lists), so that it can never override
 * a field of ours or break a mapping.
 *
 * @see https://www.elastic.co/docs/reference/ecs
 */
import type { IncomingMessage } from "node:http";
import { http } from "../builtins.ts";
import { isIndexed } from "../indexed.ts";
import { kindOfKey } from "../redaction/index.ts";
import { logFields } from "../vocabulary.ts";
import { bounded, cutText, isError, readProperties, unserializable } from "./limits.ts";
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
const ownFields = new Set<string>([logFields.eventDataset, logFields.eventId]);

/** Labels that the SDK writes by itself: a key that stands twice in a line makes stores refuse it. */
const ownLabels = new Set<string>([logFields.colored, logFields.httpRoute, "labels.trace_sampled"]);

/** Causes below each other in a stack trace. */
const maxCauses = 4;

/** Errors of one stack trace, more than fit in a line: those that hold lists of each other could make billions. */
const maxErrors = 100;

type Fields = Record<string, Json>;

/** Turns what was passed to a log call, or to `child()`, into ECS fields. */
export function toEcsFields(given: object): Fields {
  const fields: Fields = {}; // Every key that is not known gets a prefix, `__proto__` too.
  if (isIndexed(given)) addField(fields, "value", given);
  else readProperties(given, (key, value) => addField(fields, key, value));
  return fields;
}

function addField(fields: Fields, key: string, value: unknown): void {
  try {
    if (typeof value === "object" && addKnownObject(fields, key, value)) return;
    const copied = bounded(value, kindOfKey(key));
    if (copied !== undefined) fields[placeFor(key, copied)] = copied;
  } catch {
    fields[placeFor(key, unserializable)] = unserializable; // A proxy or a getter that throws.
  }
}

/** Errors, and requests and answers of a server, have fields of their own. */
function addKnownObject(fields: Fields, key: string, value: object | null): boolean {
  const known =
    (key === "err" || key === "error") && isError(value)
      ? errorFields(value)
      : value instanceof http.IncomingMessage
        ? requestFields(value)
        : value instanceof http.ServerResponse
          ? { [logFields.httpResponseStatusCode]: value.statusCode }
          : undefined;
  if (known !== undefined) Object.assign(fields, known);
  return known !== undefined;
}

/** Places of plain values, which depend on nothing but their keys; callers may make keys up. */
const plainPlaces = new Map<string, string>();
const maxPlaces = 5000;

function placeFor(key: string, value: Json): string {
  if (typeof value === "object" && value !== null) return isOpen(key, value) ? key : placed("app", key);
  if (key === "name" && typeof value === "string") return logFields.logger;
  const known = plainPlaces.get(key);
  if (known !== undefined) return known;
  const place = isOpen(key, value) ? key : placed("labels", key);
  if (plainPlaces.size >= maxPlaces) plainPlaces.clear();
  plainPlaces.set(key, place);
  return place;
}

function placed(parent: "app" | "labels", key: string): string {
  const place = `${parent}.${key.replaceAll(".", "_") || "_"}`;
  return ownLabels.has(place) ? `${place}_` : place;
}

function isOpen(key: string, value: Json): boolean {
  const [fieldSet = "", ...rest] = key.split(".");
  if (!openFieldSets.has(fieldSet) || rest.includes("")) return false;
  if (rest.length > 0) return !ownFields.has(key);
  const isSet = typeof value === "object" && value !== null && !Array.isArray(value);
  return isSet && !Object.keys(value).some((inner) => ownFields.has(`${fieldSet}.${inner}`));
}

/** The error with its causes, the way Node prints them, in one stack trace. */
export function errorFields(error: Error): Fields {
  return {
    [logFields.errorType]: cutText(error.name),
    [logFields.errorMessage]: cutText(error.message),
    [logFields.errorStackTrace]: cutText(stackWithCauses(error)),
  };
}

function stackWithCauses(error: Error, above: readonly Error[] = [], budget = { left: maxErrors }): string {
  budget.left -= 1;
  const stack = typeof error.stack === "string" ? error.stack : `${cutText(error.name)}: ${cutText(error.message)}`;
  const path = [...above, error];
  const parts = [stack];
  for (const cause of path.length <= maxCauses ? causesOf(error) : []) {
    if (path.includes(cause)) continue;
    const isTooMuch = budget.left <= 0;
    parts.push(`Caused by: ${isTooMuch ? "[more errors]" : stackWithCauses(cause, path, budget)}`);
    if (isTooMuch) break;
  }
  return parts.join("\n");
}

function causesOf(error: Error): Error[] {
  const together: unknown = "errors" in error ? error.errors : [];
  return [error.cause, ...(Array.isArray(together) ? together.slice(0, maxErrors) : [])].filter(isError);
}

/** Method and path only: headers and query can hold secrets. */
function requestFields(request: IncomingMessage): Fields {
  const path = request.url?.split("?", 1)[0];
  return {
    ...(request.method === undefined ? {} : { [logFields.httpRequestMethod]: request.method }),
    ...(path === undefined ? {} : { [logFields.urlPath]: cutText(path) }),
  };
}
