/**
 * Writes protobuf in one pass: a message begins with room for the usual length of its length, and is moved when that
 * was wrong.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import type { HrTime } from "@opentelemetry/api";

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Room for the lengths of what is usually under 128 bytes, under 16 KiB, larger. */
export const room = { small: 1, medium: 2, large: 3 } as const;

/** Up to this length a loop is faster than the call that encodes a string. */
const shortText = 32;
const nanosecondsPerSecond = 1e9;
const two16 = 2 ** 16;
const two32 = 2 ** 32;

/** The value of each hexadecimal digit, by its character code. */
const digits = new Uint8Array(128);
for (let value = 0; value < 16; value++) digits[value.toString(16).charCodeAt(0)] = value;

/** Keys are few and come again and again; what makes them of data is not kept. */
const maxKeys = 2000;

/** The tag of a field, as it stands in front of its value. */
export function field(number: number, wireType: number): number {
  return (number << 3) | wireType;
}

export class ProtobufWriter {
  #bytes: Buffer;
  #position = 0;
  readonly #keys = new Map<string, Buffer>();

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Begins anew, also after something that could not be written to its end. */
  clear(): void {
    this.#position = 0;
  }

  /** Gives what was written, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#position));
  }

  /** @param tag - What `field` gives. */
  tag(tag: number): void {
    this.varint(tag);
  }

  /** An integer from 0 to 2^32 - 1. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  /** An integer of 64 bits, negative ones in two's complement. */
  varint64(value: number): void {
    if (value >= 0 && value < two32) {
      this.varint(value);
      return;
    }
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#bytes[this.#position++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#position++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#position = this.#bytes.writeDoubleLE(value, this.#position);
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#position = this.#bytes.writeUInt32LE(value, this.#position);
  }

  /** Nanoseconds since 1970, in halves that a number can hold exactly. */
  time([seconds, nanoseconds]: HrTime): void {
    const high = Math.floor(seconds / two16) * nanosecondsPerSecond; // In units of 2^16.
    const low = (seconds % two16) * nanosecondsPerSecond + (high % two16) * two16 + nanoseconds;
    this.fixed32(low % two32);
    this.fixed32(Math.floor(high / two16) + Math.floor(low / two32));
  }

  /** Bytes that stand as hexadecimal digits, ids for instance. */
  hex(text: string): void {
    const length = text.length >>> 1;
    this.varint(length);
    this.#reserve(length);
    for (let at = 0; at < length; at++) {
      const high = digits[text.charCodeAt(2 * at)] ?? 0;
      const low = digits[text.charCodeAt(2 * at + 1)] ?? 0;
      this.#bytes[this.#position++] = (high << 4) | low;
    }
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  text(value: string): void {
    if (value.length > shortText || !this.#shortAscii(value)) this.#longText(value);
  }

  /** Text of the first field of a message, for keys: encoded once. */
  key(value: string): void {
    const known = this.#keys.get(value) ?? this.#learn(value);
    this.#reserve(known.length);
    for (let at = 0; at < known.length; at++) this.#bytes[this.#position++] = known[at] ?? 0;
  }

  /**
   * Begins a message or anything else with its length in front.
   *
   * @param room - Bytes that its length will probably take.
   * @returns What `end` wants.
   */
  begin(room: number): number {
    this.#reserve(room);
    this.#position += room;
    return this.#position;
  }

  end(start: number, room: number): void {
    const length = this.#position - start;
    const needed = lengthOfVarint(length);
    if (needed !== room) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start - room + needed, start, this.#position);
    }
    this.#position = start - room;
    this.varint(length);
    this.#position += length;
  }

  /** @returns Whether it was ASCII; otherwise nothing was written. */
  #shortAscii(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const start = this.#position + 1;
    for (let at = 0; at < length; at++) {
      const code = value.charCodeAt(at);
      if (code > 127) return false;
      bytes[start + at] = code;
    }
    bytes[this.#position] = length;
    this.#position = start + length;
    return true;
  }

  #longText(value: string): void {
    this.#reserve(value.length * 3 + 5);
    const room = lengthOfVarint(value.length);
    const start = this.begin(room);
    this.#position += this.#bytes.write(value, start, "utf8");
    this.end(start, room);
  }

  #learn(value: string): Buffer {
    const text = Buffer.from(value);
    const start = this.#position;
    this.tag(field(1, wireTypes.bytes));
    this.bytes(text);
    const encoded = Buffer.from(this.#bytes.subarray(start, this.#position));
    this.#position = start;
    if (this.#keys.size < maxKeys) this.#keys.set(value, encoded);
    return encoded;
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes = larger;
  }
}

function lengthOfVarint(value: number): number {
  if (value < 2 ** 7) return 1;
  if (value < 2 ** 14) return 2;
  if (value < 2 ** 21) return 3;
  return value < 2 ** 28 ? 4 : 5;
}
