/** Protobuf to objects in the shape of OTLP/JSON, by the tables of `schema.ts`. Wrong bytes throw, whatever they are. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Field, Message, Scalar } from "./schema.ts";

export interface Decoded {
  [name: string]: unknown;
}

/** Deeper than any honest value; the protocol itself has no limit. */
const maxDepth = 64;

/**
 * Decodes one message.
 *
 * @throws Error when the bytes are not such a message: cut off, of wrong types, nested without end.
 */
export function decode(bytes: Uint8Array, message: Message): Decoded {
  return readMessage(new BinaryReader(bytes), bytes.length, message, 0);
}

function readMessage(reader: BinaryReader, end: number, message: Message, depth: number): Decoded {
  if (depth > maxDepth) throw new RangeError(`nested deeper than ${maxDepth} levels`);
  const result: Decoded = {};
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = message[number];
    if (field === undefined) reader.skip(wireType, number);
    else readField(reader, field, wireType, result, end, depth);
  }
  if (reader.pos !== end) throw new RangeError("a message ends within a field");
  return result;
}

function readField(
  reader: BinaryReader,
  field: Field,
  wireType: WireType,
  result: Decoded,
  end: number,
  depth: number,
): void {
  const { name, kind, isRepeated } = field;
  if (typeof kind === "function") {
    expectType(name, wireType, WireType.LengthDelimited);
    const value = readMessage(reader, endOf(reader, end), kind(), depth + 1);
    add(result, name, value, isRepeated);
    return;
  }
  const scalar = scalars[kind];
  if (isRepeated === true && wireType === WireType.LengthDelimited && scalar.type !== WireType.LengthDelimited) {
    const packedEnd = endOf(reader, end);
    while (reader.pos < packedEnd) add(result, name, scalar.read(reader), isRepeated);
    if (reader.pos !== packedEnd) throw new RangeError(`the numbers of ${name} end within one`);
    return;
  }
  expectType(name, wireType, scalar.type);
  add(result, name, scalar.read(reader), isRepeated);
}

function add(result: Decoded, name: string, value: unknown, isRepeated: true | undefined): void {
  const known = result[name];
  if (isRepeated !== true) result[name] = value;
  else if (Array.isArray(known)) known.push(value);
  else result[name] = [value];
}

/** Reads a length and gives the place where what follows ends, which must lie within what it is part of. */
function endOf(reader: BinaryReader, limit: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > limit) throw new RangeError(`${length} bytes are announced, ${limit - reader.pos} are left`);
  return end;
}

function expectType(name: string, got: WireType, expected: WireType): void {
  if (got !== expected) throw new TypeError(`field ${name} has wire type ${got}, expected ${expected}`);
}

interface ScalarReader {
  readonly type: WireType;
  readonly read: (reader: BinaryReader) => unknown;
}

const scalars: Readonly<Record<Scalar, ScalarReader>> = {
  string: { type: WireType.LengthDelimited, read: (reader) => reader.string() },
  bytes: { type: WireType.LengthDelimited, read: (reader) => Buffer.from(reader.bytes()).toString("base64") },
  hex: { type: WireType.LengthDelimited, read: (reader) => toHex(reader.bytes()) },
  bool: { type: WireType.Varint, read: (reader) => reader.bool() },
  enum: { type: WireType.Varint, read: (reader) => reader.int32() },
  uint32: { type: WireType.Varint, read: (reader) => reader.uint32() },
  sint32: { type: WireType.Varint, read: (reader) => reader.sint32() },
  int64: { type: WireType.Varint, read: (reader) => String(reader.int64()) },
  uint64: { type: WireType.Varint, read: (reader) => String(reader.uint64()) },
  fixed32: { type: WireType.Bit32, read: (reader) => reader.fixed32() },
  fixed64: { type: WireType.Bit64, read: (reader) => String(reader.fixed64()) },
  sfixed64: { type: WireType.Bit64, read: (reader) => String(reader.sfixed64()) },
  double: { type: WireType.Bit64, read: (reader) => reader.double() },
};

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
