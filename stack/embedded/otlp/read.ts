/**
 * Reads parts of a request in the shape of OTLP/JSON. A sender may put anything there, so every value is looked at:
 * what has the wrong type counts as absent.
 */
import type { Attributes, Json } from "../records.ts";
import type { Decoded } from "./decode.ts";

export function object(value: unknown): Decoded {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number, also one that JSON writes as text. */
export function number(value: unknown): number {
  const parsed = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof parsed === "number" && !Number.isNaN(parsed) ? parsed : 0;
}

/** A number that may be none: NaN, as JSON writes it too. */
export function double(value: unknown): number {
  return value === "NaN" || Number.isNaN(value) ? Number.NaN : number(value);
}

/** A whole number that a table can keep. */
export function integer(value: unknown): number {
  const given = number(value);
  return Number.isSafeInteger(given) ? given : 0;
}

/** Nanoseconds since 1970, as text or number, in microseconds. */
export function microseconds(value: unknown): number {
  const isText = typeof value === "string" && /^\d{4,19}$/.test(value);
  const given = isText ? Number(value.slice(0, -3)) : Math.floor(Math.max(0, number(value)) / 1000);
  return Math.min(given, Number.MAX_SAFE_INTEGER);
}

/** An id of so many hex digits, lower case; null when it is none or all zero. */
export function id(value: unknown, digits: 16 | 32): string | null {
  const given = text(value).toLowerCase();
  return given.length === digits && /^[0-9a-f]+$/.test(given) && !/^0+$/.test(given) ? given : null;
}

/** Deeper than any honest value; what lies below counts as absent. */
const maxDepth = 32;

/** A list of key and value as a plain object. */
export function attributes(value: unknown, depth = 0): Attributes {
  const result: Record<string, Json> = Object.create(null);
  for (const entry of list(value)) {
    const { key, value: wrapped } = object(entry);
    if (typeof key === "string") result[key] = anyValue(wrapped, depth);
  }
  return result;
}

/** Takes a value out of its wrapper. */
export function anyValue(value: unknown, depth = 0): Json {
  if (depth > maxDepth) return null;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = object(value);
  if (typeof stringValue === "string") return stringValue;
  if (typeof boolValue === "boolean") return boolValue;
  if (intValue !== undefined) return number(intValue);
  if (doubleValue !== undefined) return number(doubleValue);
  if (arrayValue !== undefined) return list(object(arrayValue)["values"]).map((item) => anyValue(item, depth + 1));
  if (kvlistValue !== undefined) return attributes(object(kvlistValue)["values"], depth + 1);
  return typeof bytesValue === "string" ? bytesValue : null;
}

/** The resource of a part of a request, with a name in any case. */
export function resource(value: unknown): Attributes {
  const given = attributes(object(value)["attributes"]);
  return typeof given["service.name"] === "string" ? given : { ...given, "service.name": "unknown_service" };
}
