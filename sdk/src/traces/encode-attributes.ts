/**
 * Attributes in OTLP's protobuf: pairs of a key and any value.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto
 */
import { field, room, wireTypes } from "./protobuf-writer.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

const { varint, fixed64, bytes } = wireTypes;

/** Field numbers with their wire types, by message. */
const keyValue = { value: field(2, bytes) };
const anyValue = {
  text: field(1, bytes),
  boolean: field(2, varint),
  integer: field(3, varint),
  double: field(4, fixed64),
  array: field(5, bytes),
  keyValues: field(6, bytes),
  bytes: field(7, bytes),
};
const listed = field(1, bytes); // The one field of lists of values and of pairs.

type Members = Readonly<Record<string, unknown>>;

/** @param tag - The field of repeated `KeyValue` that they go into. */
export function writeAttributes(writer: ProtobufWriter, tag: number, attributes: Members | undefined): void {
  if (attributes === undefined) return;
  for (const key of Object.keys(attributes)) writePair(writer, tag, key, attributes[key]);
}

function writePair(writer: ProtobufWriter, tag: number, key: string, value: unknown): void {
  writer.tag(tag);
  const start = writer.begin(room.small);
  writer.key(key);
  writer.tag(keyValue.value);
  const valueStart = writer.begin(room.small);
  writeValue(writer, value);
  writer.end(valueStart, room.small);
  writer.end(start, room.small);
}

/** Whatever has no form in OTLP stays empty. */
function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === "string") {
    writer.tag(anyValue.text);
    writer.text(value);
  } else if (typeof value === "boolean") {
    writer.tag(anyValue.boolean);
    writer.varint(value ? 1 : 0);
  } else if (typeof value === "number") {
    writeNumber(writer, value);
  } else if (value instanceof Uint8Array) {
    writer.tag(anyValue.bytes);
    writer.bytes(value);
  } else if (Array.isArray(value)) {
    writeArray(writer, value);
  } else if (hasMembers(value)) {
    writer.tag(anyValue.keyValues);
    const start = writer.begin(room.small);
    writeAttributes(writer, listed, value);
    writer.end(start, room.small);
  }
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
    writer.tag(anyValue.integer);
    writer.varint64(value);
  } else {
    writer.tag(anyValue.double);
    writer.double(value);
  }
}

function writeArray(writer: ProtobufWriter, values: readonly unknown[]): void {
  writer.tag(anyValue.array);
  const start = writer.begin(room.small);
  for (const value of values) {
    writer.tag(listed);
    const itemStart = writer.begin(room.small);
    writeValue(writer, value);
    writer.end(itemStart, room.small);
  }
  writer.end(start, room.small);
}

function hasMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}
