/**
 * Spans as an OTLP request in protobuf, in one pass over each span: OpenTelemetry's own serialiser walks twice and
 * costs a service more than anything else of its telemetry.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import type { Link, SpanContext, SpanStatus } from "@opentelemetry/api";
import type { InstrumentationScope } from "@opentelemetry/core";
import type { ReadableSpan, TimedEvent } from "@opentelemetry/sdk-trace";
import { writeAttributes } from "./encode-attributes.ts";
import { field, ProtobufWriter, room, wireTypes } from "./protobuf-writer.ts";

const { varint, fixed64, bytes, fixed32 } = wireTypes;

/** Field numbers with their wire types, by message. */
const request = { resourceSpans: field(1, bytes) };
const resourceSpans = { resource: field(1, bytes), scopeSpans: field(2, bytes), schemaUrl: field(3, bytes) };
const resource = { attributes: field(1, bytes), dropped: field(2, varint) };
const scopeSpans = { scope: field(1, bytes), span: field(2, bytes), schemaUrl: field(3, bytes) };
const scopeFields = { name: field(1, bytes), version: field(2, bytes) };
const spanFields = {
  traceId: field(1, bytes),
  spanId: field(2, bytes),
  traceState: field(3, bytes),
  parentSpanId: field(4, bytes),
  name: field(5, bytes),
  kind: field(6, varint),
  start: field(7, fixed64),
  end: field(8, fixed64),
  attributes: field(9, bytes),
  droppedAttributes: field(10, varint),
  events: field(11, bytes),
  droppedEvents: field(12, varint),
  links: field(13, bytes),
  droppedLinks: field(14, varint),
  status: field(15, bytes),
  flags: field(16, fixed32),
};
const eventFields = {
  time: field(1, fixed64),
  name: field(2, bytes),
  attributes: field(3, bytes),
  dropped: field(4, varint),
};
const linkFields = {
  traceId: field(1, bytes),
  spanId: field(2, bytes),
  traceState: field(3, bytes),
  attributes: field(4, bytes),
  dropped: field(5, varint),
  flags: field(6, fixed32),
};
const statusFields = { message: field(2, bytes), code: field(3, varint) };

/** Bits of `flags` beside the trace flags. */
const knowsRemote = 0x100;
const isRemote = 0x200;

const initialCapacity = 256 * 1024;

const writer = new ProtobufWriter(initialCapacity);

/** Encodes an `ExportTraceServiceRequest`. */
export function encodeSpans(spans: readonly ReadableSpan[]): Uint8Array {
  writer.clear();
  for (const ofResource of groupBy(spans, (span) => span.resource).values()) writeResourceSpans(ofResource);
  return writer.copy();
}

function writeResourceSpans(spans: readonly ReadableSpan[]): void {
  const [first] = spans;
  if (first === undefined) return;
  writer.tag(request.resourceSpans);
  const start = writer.begin(room.large);
  writer.tag(resourceSpans.resource);
  const resourceStart = writer.begin(room.medium);
  writeAttributes(writer, resource.attributes, first.resource.attributes);
  writeCount(resource.dropped, 0);
  writer.end(resourceStart, room.medium);
  for (const ofScope of groupBy(spans, (span) => span.instrumentationScope).values()) writeScopeSpans(ofScope);
  writeText(resourceSpans.schemaUrl, first.resource.schemaUrl);
  writer.end(start, room.large);
}

function writeScopeSpans(spans: readonly ReadableSpan[]): void {
  const scope = spans[0]?.instrumentationScope;
  if (scope === undefined) return;
  writer.tag(resourceSpans.scopeSpans);
  const start = writer.begin(room.large);
  writeScope(scope);
  for (const span of spans) writeSpan(span);
  writeText(scopeSpans.schemaUrl, scope.schemaUrl);
  writer.end(start, room.large);
}

function writeScope({ name, version }: InstrumentationScope): void {
  writer.tag(scopeSpans.scope);
  const start = writer.begin(room.small);
  writer.tag(scopeFields.name);
  writer.text(name);
  writeText(scopeFields.version, version);
  writer.end(start, room.small);
}

function writeSpan(span: ReadableSpan): void {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  writer.tag(scopeSpans.span);
  const start = writer.begin(room.medium);
  writeIds(spanFields, context);
  if (parent !== undefined) {
    writer.tag(spanFields.parentSpanId);
    writer.hex(parent.spanId);
  }
  writer.tag(spanFields.name);
  writer.text(span.name);
  writeCount(spanFields.kind, span.kind + 1); // The API counts from 0, OTLP from 1.
  writer.tag(spanFields.start);
  writer.time(span.startTime);
  writer.tag(spanFields.end);
  writer.time(span.endTime);
  writeAttributes(writer, spanFields.attributes, span.attributes);
  writeCount(spanFields.droppedAttributes, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(event);
  writeCount(spanFields.droppedEvents, span.droppedEventsCount);
  for (const link of span.links) writeLink(link);
  writeCount(spanFields.droppedLinks, span.droppedLinksCount);
  writeStatus(span.status);
  writeFlags(spanFields.flags, context.traceFlags, parent?.isRemote);
  writer.end(start, room.medium);
}

function writeEvent({ time, name, attributes, droppedAttributesCount = 0 }: TimedEvent): void {
  writer.tag(spanFields.events);
  const start = writer.begin(room.medium);
  writer.tag(eventFields.time);
  writer.time(time);
  writer.tag(eventFields.name);
  writer.text(name);
  writeAttributes(writer, eventFields.attributes, attributes);
  writeCount(eventFields.dropped, droppedAttributesCount);
  writer.end(start, room.medium);
}

function writeLink({ context, attributes, droppedAttributesCount = 0 }: Link): void {
  writer.tag(spanFields.links);
  const start = writer.begin(room.small);
  writeIds(linkFields, context);
  writeAttributes(writer, linkFields.attributes, attributes);
  writeCount(linkFields.dropped, droppedAttributesCount);
  writeFlags(linkFields.flags, context.traceFlags, context.isRemote);
  writer.end(start, room.small);
}

function writeIds(fields: typeof spanFields | typeof linkFields, context: SpanContext): void {
  writer.tag(fields.traceId);
  writer.hex(context.traceId);
  writer.tag(fields.spanId);
  writer.hex(context.spanId);
  writeText(fields.traceState, context.traceState?.serialize());
}

function writeStatus({ code, message }: SpanStatus): void {
  writer.tag(spanFields.status);
  const start = writer.begin(room.small);
  writeText(statusFields.message, message);
  writeCount(statusFields.code, code);
  writer.end(start, room.small);
}

function writeFlags(tag: number, traceFlags: number, remote: boolean | undefined): void {
  writer.tag(tag);
  writer.fixed32((traceFlags & 0xff) | knowsRemote | (remote === true ? isRemote : 0));
}

function writeText(tag: number, text: string | undefined): void {
  if (text === undefined || text === "") return;
  writer.tag(tag);
  writer.text(text);
}

function writeCount(tag: number, count: number): void {
  writer.tag(tag);
  writer.varint(count);
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
