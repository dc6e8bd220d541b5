/**
 * A window as a file: OTLP/JSON, one request a line, as the file exporter of the OpenTelemetry Collector writes it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
import { takeLogRecords } from "../otlp/logs.ts";
import { metadataNames, takeMetrics } from "../otlp/metrics.ts";
import { object } from "../otlp/read.ts";
import { takeSpans } from "../otlp/spans.ts";
import type { Attributes, Json, LogRecord, Resource, Span } from "../records.ts";
import { severityName } from "../severity.ts";
import type { Series, StoredExemplar } from "./metrics.ts";
import type { Store } from "./store.ts";

/** Records of one line. */
const chunkSize = 500;

/** Gives the lines of the file, each with its newline. */
export function* saveWindow(store: Store): Iterable<string> {
  const { spans, logs } = store.tables;
  for (const chunk of chunks(spans.all()))
    yield line({ resourceSpans: groupByResource(chunk, (spans) => ({ scopeSpans: toScopes(spans) })) });
  for (const chunk of chunks(logs.all()))
    yield line({
      resourceLogs: groupByResource(chunk, (records) => ({ scopeLogs: [{ logRecords: records.map(toOtlpLog) }] })),
    });
  yield* saveMetrics(store);
}

/**
 * Takes one line of such a file.
 *
 * @throws Error when it is not JSON, or no OTLP.
 */
export function loadLine(store: Store, text: string): void {
  const request = object(JSON.parse(text));
  if (request["resourceSpans"] !== undefined) store.load({ spans: takeSpans(request).records });
  else if (request["resourceLogs"] !== undefined) store.load({ logs: takeLogRecords(request).records });
  else if (request["resourceMetrics"] !== undefined) store.load({ metrics: takeMetrics(request).records });
  else throw new TypeError("expected resourceSpans, resourceLogs or resourceMetrics");
}

function line(content: object): string {
  return `${JSON.stringify(content)}\n`;
}

function* chunks<T>(items: Iterable<T>): Iterable<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function groupByResource<T extends { readonly resource: Resource }>(
  items: readonly T[],
  toScopes: (items: readonly T[]) => object,
): object[] {
  const groups = Map.groupBy(items, (item) => JSON.stringify(item.resource));
  return [...groups.values()].map((group) => ({
    resource: { attributes: toKeyValues(group[0]?.resource ?? {}) },
    ...toScopes(group),
  }));
}

function toScopes(spans: readonly Span[]): object[] {
  const groups = Map.groupBy(spans, ({ scope }) => scope);
  return [...groups].map(([name, group]) => ({ scope: { name }, spans: group.map(toOtlpSpan) }));
}

function toOtlpSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId === null ? {} : { parentSpanId: span.parentId }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nanoseconds(span.startUs),
    endTimeUnixNano: nanoseconds(span.startUs + span.durationUs),
    status: { code: span.status, ...(span.statusMessage === "" ? {} : { message: span.statusMessage }) },
    attributes: toKeyValues(span.attributes),
    events: span.events.map(({ name, timeUs, attributes }) => ({
      name,
      timeUnixNano: nanoseconds(timeUs),
      attributes: toKeyValues(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: toKeyValues(attributes),
    })),
  };
}

function toOtlpLog(record: LogRecord): object {
  return {
    timeUnixNano: nanoseconds(record.timeUs),
    severityNumber: record.severity,
    severityText: severityName(record.severity),
    body: { stringValue: record.message },
    attributes: toKeyValues(record.attributes),
    ...(record.traceId === null ? {} : { traceId: record.traceId }),
    ...(record.spanId === null ? {} : { spanId: record.spanId }),
  };
}

function* saveMetrics(store: Store): Iterable<string> {
  const { metrics, resources } = store.tables;
  // One exemplar a point, as they come: what matters of them is their own time.
  for (const series of metrics.allSeries()) {
    const resource = { attributes: toKeyValues(resources.get(series.resource) ?? {}) };
    const exemplars = [...metrics.exemplars(series.id)];
    const points = metrics.points(series.id, 0, endOfTime).map(({ timeUs, value }, index) => ({
      timeUnixNano: nanoseconds(timeUs),
      asDouble: toDouble(value),
      attributes: toKeyValues(series.labels),
      ...toOtlpExemplar(exemplars[index]),
    }));
    for (const dataPoints of chunks(points)) {
      yield line({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [toOtlpMetric(series, dataPoints)] }] }] });
    }
  }
}

/** JSON writes what is no number, or has no end, as text. */
function toDouble(value: number | null): number | string {
  return value !== null && Number.isFinite(value) ? value : String(value ?? Number.NaN);
}

const endOfTime = Number.MAX_SAFE_INTEGER;

function toOtlpExemplar(exemplar: StoredExemplar | undefined): object {
  if (exemplar === undefined) return {};
  const { timeUs, traceId, spanId, value } = exemplar;
  return { exemplars: [{ timeUnixNano: nanoseconds(timeUs), traceId, spanId, asDouble: value }] };
}

/** Samples of any type are written as gauges under the names that they have on `/metrics`. */
function toOtlpMetric({ name, family, type, unit, help }: Series, dataPoints: object[]): object {
  const { familyName, familyType, familyUnit } = metadataNames;
  const metadata = toKeyValues({ [familyName]: family, [familyType]: type, [familyUnit]: unit });
  return { name, description: help, metadata, gauge: { dataPoints } };
}

function toKeyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: Json): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (value === null) return {};
  if (isList(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  return { kvlistValue: { values: toKeyValues(value) } };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function nanoseconds(microseconds: number): string {
  return `${Math.round(microseconds)}000`;
}
