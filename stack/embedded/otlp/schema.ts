/**
 * The messages of OTLP as tables: field number, name, kind. Read by `decode.ts`, which gives objects in the shape of
 * OTLP/JSON, so that both encodings take the same way from there on.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */

/** `hex` is bytes that JSON writes as hex digits: trace and span ids. 64-bit numbers become decimal text, as in JSON. */
export type Scalar =
  | "string"
  | "bool"
  | "double"
  | "uint32"
  | "int64"
  | "fixed64"
  | "sfixed64"
  | "bytes"
  | "hex"
  | "enum"
  | "fixed32"
  | "sint32"
  | "uint64";

export interface Field {
  readonly name: string;
  readonly kind: Scalar | (() => Message);
  readonly isRepeated?: true;
}

export type Message = Readonly<Record<number, Field>>;

const one = (name: string, kind: Field["kind"]): Field => ({ name, kind });
const many = (name: string, kind: Field["kind"]): Field => ({ name, kind, isRepeated: true });

const anyValue: Message = {
  1: one("stringValue", "string"),
  2: one("boolValue", "bool"),
  3: one("intValue", "int64"),
  4: one("doubleValue", "double"),
  5: one("arrayValue", () => arrayValue),
  6: one("kvlistValue", () => keyValueList),
  7: one("bytesValue", "bytes"),
};
const arrayValue: Message = { 1: many("values", () => anyValue) };
const keyValueList: Message = { 1: many("values", () => keyValue) };
const keyValue: Message = { 1: one("key", "string"), 2: one("value", () => anyValue) };
const attributes = (name: string) => many(name, () => keyValue);

const resource: Message = { 1: attributes("attributes") };
const scope: Message = { 1: one("name", "string"), 2: one("version", "string"), 3: attributes("attributes") };

const spanEvent: Message = { 1: one("timeUnixNano", "fixed64"), 2: one("name", "string"), 3: attributes("attributes") };
const spanLink: Message = {
  1: one("traceId", "hex"),
  2: one("spanId", "hex"),
  3: one("traceState", "string"),
  4: attributes("attributes"),
};
const span: Message = {
  1: one("traceId", "hex"),
  2: one("spanId", "hex"),
  3: one("traceState", "string"),
  4: one("parentSpanId", "hex"),
  5: one("name", "string"),
  6: one("kind", "enum"),
  7: one("startTimeUnixNano", "fixed64"),
  8: one("endTimeUnixNano", "fixed64"),
  9: attributes("attributes"),
  11: many("events", () => spanEvent),
  13: many("links", () => spanLink),
  15: one("status", () => ({ 2: one("message", "string"), 3: one("code", "enum") })),
};

const logRecord: Message = {
  1: one("timeUnixNano", "fixed64"),
  2: one("severityNumber", "enum"),
  3: one("severityText", "string"),
  5: one("body", () => anyValue),
  6: attributes("attributes"),
  9: one("traceId", "hex"),
  10: one("spanId", "hex"),
  11: one("observedTimeUnixNano", "fixed64"),
  12: one("eventName", "string"),
};

const exemplar: Message = {
  2: one("timeUnixNano", "fixed64"),
  3: one("asDouble", "double"),
  4: one("spanId", "hex"),
  5: one("traceId", "hex"),
  6: one("asInt", "sfixed64"),
  7: attributes("filteredAttributes"),
};
const numberPoint: Message = {
  3: one("timeUnixNano", "fixed64"),
  4: one("asDouble", "double"),
  5: many("exemplars", () => exemplar),
  6: one("asInt", "sfixed64"),
  7: attributes("attributes"),
};
const histogramPoint: Message = {
  3: one("timeUnixNano", "fixed64"),
  4: one("count", "fixed64"),
  5: one("sum", "double"),
  6: many("bucketCounts", "fixed64"),
  7: many("explicitBounds", "double"),
  8: many("exemplars", () => exemplar),
  9: attributes("attributes"),
};
const buckets: Message = { 1: one("offset", "sint32"), 2: many("bucketCounts", "uint64") };
const exponentialPoint: Message = {
  1: attributes("attributes"),
  3: one("timeUnixNano", "fixed64"),
  4: one("count", "fixed64"),
  5: one("sum", "double"),
  6: one("scale", "sint32"),
  7: one("zeroCount", "fixed64"),
  8: one("positive", () => buckets),
  9: one("negative", () => buckets),
};
const quantile: Message = { 1: one("quantile", "double"), 2: one("value", "double") };
const summaryPoint: Message = {
  3: one("timeUnixNano", "fixed64"),
  4: one("count", "fixed64"),
  5: one("sum", "double"),
  6: many("quantileValues", () => quantile),
  7: attributes("attributes"),
};
const points = (point: Message): Message => ({
  1: many("dataPoints", () => point),
  2: one("aggregationTemporality", "enum"),
  3: one("isMonotonic", "bool"),
});
const metric: Message = {
  1: one("name", "string"),
  2: one("description", "string"),
  3: one("unit", "string"),
  5: one("gauge", () => points(numberPoint)),
  7: one("sum", () => points(numberPoint)),
  9: one("histogram", () => points(histogramPoint)),
  10: one("exponentialHistogram", () => points(exponentialPoint)),
  11: one("summary", () => points(summaryPoint)),
  12: attributes("metadata"),
};

/** A request: resources, in each scopes, in each items. All three signals have this shape. */
const request = (perResource: string, perScope: string, items: string, item: Message): Message => ({
  1: many(perResource, () => ({
    1: one("resource", () => resource),
    2: many(perScope, () => ({ 1: one("scope", () => scope), 2: many(items, () => item) })),
  })),
});

export const tracesRequest = request("resourceSpans", "scopeSpans", "spans", span);
export const logsRequest = request("resourceLogs", "scopeLogs", "logRecords", logRecord);
export const metricsRequest = request("resourceMetrics", "scopeMetrics", "metrics", metric);
