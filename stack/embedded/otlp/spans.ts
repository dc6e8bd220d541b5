/** Spans out of a traces request. */
import type { Resource, Span } from "../records.ts";
import type { Decoded } from "./decode.ts";
import { attributes, id, integer, list, microseconds, object, resource, text } from "./read.ts";

export interface Taken<T> {
  readonly records: readonly T[];
  /** Items that cannot be used, for instance spans without an id. */
  readonly rejected: number;
}

export function takeSpans(request: Decoded): Taken<Span> {
  const records: Span[] = [];
  let rejected = 0;
  for (const perResource of list(request["resourceSpans"]).map(object)) {
    const from = resource(perResource["resource"]);
    for (const perScope of list(perResource["scopeSpans"]).map(object)) {
      const scope = text(object(perScope["scope"])["name"]);
      for (const item of list(perScope["spans"]).map(object)) {
        const span = takeSpan(item, from, scope);
        if (span === undefined) rejected += 1;
        else records.push(span);
      }
    }
  }
  return { records, rejected };
}

function takeSpan(item: Decoded, from: Resource, scope: string): Span | undefined {
  const traceId = id(item["traceId"], 32);
  const spanId = id(item["spanId"], 16);
  if (traceId === null || spanId === null) return undefined;
  const startUs = microseconds(item["startTimeUnixNano"]);
  const status = object(item["status"]);
  return {
    resource: from,
    scope,
    traceId,
    spanId,
    parentId: id(item["parentSpanId"], 16),
    name: text(item["name"]),
    kind: integer(item["kind"]),
    startUs,
    durationUs: Math.max(0, microseconds(item["endTimeUnixNano"]) - startUs),
    status: integer(status["code"]),
    statusMessage: text(status["message"]),
    attributes: attributes(item["attributes"]),
    events: list(item["events"])
      .map(object)
      .map((event) => ({
        name: text(event["name"]),
        timeUs: microseconds(event["timeUnixNano"]),
        attributes: attributes(event["attributes"]),
      })),
    links: list(item["links"])
      .map(object)
      .map((link) => ({
        traceId: text(link["traceId"]),
        spanId: text(link["spanId"]),
        attributes: attributes(link["attributes"]),
      })),
  };
}
