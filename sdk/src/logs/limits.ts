/**
 * Copies of anything that a service may log, bounded in depth, width and length, safe against circles, throwing
 * getters and values that JSON does not know, without secrets. Numbers stay numbers, so that a field never changes its
 * type.
 */
import { util } from "../builtins.ts";
import { isIndexed, isTextObject } from "../indexed.ts";
import { isHeaderList, isHidden, kindWithin, redacted, redactNumber, redactUpTo } from "../redaction/index.ts";
import type { KeyKind } from "../redaction/index.ts";

const maxDepth = 8;
const maxKeys = 128;
const maxItems = 100;

/** Values of one copy, more than fit in a line: objects that refer to each other could make billions. */
const maxValues = 10_000;

/** Longest text of one value, in characters. */
export const maxTextLength = 8192;

/** Written out, one of more digits takes longer than all else of a line. */
const largestInteger = 10n ** BigInt(maxTextLength);

/** Stands for what cannot be read. */
export const unserializable = "[Unserializable]";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Gives a bounded copy; undefined for what JSON leaves out: undefined, functions, symbols.
 *
 * @param kind - What may stand under its key.
 */
export function bounded(value: unknown, kind: KeyKind = "plain"): Json | undefined {
  return copy(value, kind, [], { left: maxValues });
}

/**
 * Gives a value as text without secrets, cut when it is too long, which it then says at its end; half characters are
 * replaced.
 */
export function cutText(value: unknown, limit = maxTextLength, kind: KeyKind = "plain"): string {
  const text = toText(value);
  const begin = redactUpTo(limit, kind, text).toWellFormed();
  return text.length <= limit ? begin : `${begin}... [${text.length} characters]`;
}

/** Whether a value is an error, also one of another realm, as test runners and `node:vm` make them. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || util.types.isNativeError(value);
}

/** Hands over the properties of an object as far as they can be read, at most 128. */
export function readProperties(object: object, take: (key: string, value: unknown) => void): void {
  const keys = readableKeys(object);
  const count = Math.min(keys.length, maxKeys);
  for (let place = 0; place < count; place++) {
    const key = keys[place] ?? "";
    take(key, readProperty(object, key));
  }
  if (keys.length > maxKeys) take("truncated_keys", keys.length - maxKeys);
}

interface Budget {
  /** Values that may still be copied. */
  left: number;
}

function copy(value: unknown, kind: KeyKind, parents: readonly object[], budget: Budget): Json | undefined {
  budget.left -= 1;
  if (isHidden(kind, value)) return redacted;
  switch (typeof value) {
    case "string":
      return cutText(value, maxTextLength, kind);
    case "number":
      return Number.isFinite(value) ? redactNumber(kind, value) : String(value);
    case "boolean":
      return value;
    case "bigint":
      return cutText(value);
    case "object":
      return value === null ? null : copyObject(value, kind, parents, budget);
    default:
      return undefined;
  }
}

function copyObject(value: object, kind: KeyKind, parents: readonly object[], budget: Budget): Json | undefined {
  if (parents.includes(value)) return "[Circular]";
  try {
    const inner = plain(value);
    if (typeof inner !== "object" || inner === null) return copy(inner, kind, parents, budget);
    const isTooMuch = parents.length >= maxDepth || budget.left <= 0;
    if (isTooMuch) return Array.isArray(inner) ? "[Array]" : "[Object]";
    const next = [...parents, value];
    return Array.isArray(inner) ? copyArray(inner, kind, next, budget) : copyEntries(inner, kind, next, budget);
  } catch {
    return unserializable; // A proxy or a toJSON that throws.
  }
}

/** What of an object is worth logging. */
function plain(value: object): unknown {
  if (isError(value)) return { name: value.name, message: value.message, stack: value.stack };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[Invalid Date]" : value.toISOString();
  if (value instanceof Map) return firstEntries(value);
  if (value instanceof Set) return firstItems(value);
  if (isTextObject(value)) return String.prototype.valueOf.call(value);
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  const toJson: unknown = Reflect.get(value, "toJSON");
  return typeof toJson === "function" ? toJson.call(value) : value;
}

/** As many entries as are copied later, so that a large map costs no more than a small one. */
function firstEntries(map: ReadonlyMap<unknown, unknown>): object {
  const isTooMuch = map.size > maxKeys;
  const first = firstOf(map, isTooMuch ? maxKeys - 1 : maxKeys).map(([key, item]) => [String(key), item] as const);
  return Object.fromEntries(isTooMuch ? [...first, ["truncated_keys", map.size - maxKeys + 1]] : first);
}

function firstItems(set: ReadonlySet<unknown>): unknown[] {
  if (set.size <= maxItems) return [...set];
  return [...firstOf(set, maxItems - 1), `[${set.size - maxItems + 1} more items]`];
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

function copyArray(items: readonly unknown[], kind: KeyKind, parents: readonly object[], budget: Budget): Json {
  const first = items.slice(0, maxItems);
  const isHeaders = kind === "headers" && isHeaderList(first);
  const copies = first.map((item, index) => {
    const inner = isHeaders && index % 2 === 1 ? kindWithin(kind, String(first[index - 1])) : kind;
    return copy(item, inner, parents, budget) ?? null;
  });
  return items.length <= maxItems ? copies : [...copies, `[${items.length - maxItems} more items]`];
}

function copyEntries(object: object, kind: KeyKind, parents: readonly object[], budget: Budget): Json {
  const result: Record<string, Json> = Object.create(null);
  readProperties(object, (key, item) => {
    const copied = copy(item, kindWithin(kind, key), parents, budget);
    if (copied !== undefined) result[key] = copied;
  });
  return result;
}

function toText(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    if (typeof value === "bigint") return integerText(value);
    return typeof value === "object" && value !== null && isIndexed(value) ? indexedText(value) : String(value);
  } catch {
    return unserializable; // No prototype, or a toString that throws.
  }
}

function integerText(value: bigint): string {
  const isTooLarge = value > largestInteger || value < -largestInteger;
  return isTooLarge ? `[BigInt of more than ${maxTextLength} digits]` : value.toString();
}

/** Lists and bytes would be written out in full. */
function indexedText(value: object): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- as `%s` writes lists
  return isTextObject(value) ? String.prototype.valueOf.call(value) : String(bounded(value));
}

function readableKeys(object: object): string[] {
  try {
    return Object.keys(object);
  } catch {
    return []; // A proxy that throws.
  }
}

function readProperty(object: object, key: string): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return unserializable; // A getter that throws.
  }
}
