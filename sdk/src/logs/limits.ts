/**
 * Copies of anything that a service may log, bounded in depth, width and length, safe against circles, throwing
 * getters and values that JSON does not know. Numbers stay numbers, so that a field never changes its type.
 */
import { types } from "node:util";

const maxDepth = 8;
const maxKeys = 128;
const maxItems = 100;

/** Values of one copy, more than fit in a line: objects that refer to each other could make billions. */
const maxValues = 10_000;

/** Longest text of one value, in characters. */
export const maxTextLength = 8192;

/** Stands for what cannot be read. */
export const unserializable = "[Unserializable]";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Gives a bounded copy; undefined for what JSON leaves out: undefined, functions, symbols. */
export function bounded(value: unknown): Json | undefined {
  return copy(value, [], { left: maxValues });
}

/** Gives a value as text, cut when it is too long, which it then says at its end; half characters are replaced. */
export function cutText(value: unknown, limit = maxTextLength): string {
  const text = toText(value);
  if (text.length <= limit) return text.toWellFormed();
  return `${text.slice(0, limit).toWellFormed()}... [${text.length} characters]`;
}

/** Whether a value is an error, also one of another realm, as test runners and `node:vm` make them. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The entries of an object as far as they can be read, at most 128. */
export function readableEntries(object: object): [string, unknown][] {
  const keys = readableKeys(object);
  const entries = keys.slice(0, maxKeys).map((key): [string, unknown] => [key, readProperty(object, key)]);
  return keys.length <= maxKeys ? entries : [...entries, ["truncated_keys", keys.length - maxKeys]];
}

interface Budget {
  /** Values that may still be copied. */
  left: number;
}

function copy(value: unknown, parents: readonly object[], budget: Budget): Json | undefined {
  budget.left -= 1;
  switch (typeof value) {
    case "string":
      return cutText(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return cutText(value.toString());
    case "object":
      return value === null ? null : copyObject(value, parents, budget);
    default:
      return undefined;
  }
}

function copyObject(value: object, parents: readonly object[], budget: Budget): Json | undefined {
  if (parents.includes(value)) return "[Circular]";
  try {
    const inner = plain(value);
    if (typeof inner !== "object" || inner === null) return copy(inner, parents, budget);
    const isTooMuch = parents.length >= maxDepth || budget.left <= 0;
    if (isTooMuch) return Array.isArray(inner) ? "[Array]" : "[Object]";
    const next = [...parents, value];
    return Array.isArray(inner) ? copyArray(inner, next, budget) : copyEntries(inner, next, budget);
  } catch {
    return unserializable; // A proxy or a toJSON that throws.
  }
}

/** What of an object is worth logging. */
function plain(value: object): unknown {
  if (isError(value)) return { name: value.name, message: value.message, stack: value.stack };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[Invalid Date]" : value.toISOString();
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  const toJson: unknown = Reflect.get(value, "toJSON");
  return typeof toJson === "function" ? toJson.call(value) : value;
}

function copyArray(items: readonly unknown[], parents: readonly object[], budget: Budget): Json {
  const copies = items.slice(0, maxItems).map((item) => copy(item, parents, budget) ?? null);
  return items.length <= maxItems ? copies : [...copies, `[${items.length - maxItems} more items]`];
}

function copyEntries(object: object, parents: readonly object[], budget: Budget): Json {
  const result: Record<string, Json> = Object.create(null);
  for (const [key, item] of readableEntries(object)) {
    const copied = copy(item, parents, budget);
    if (copied !== undefined) result[key] = copied;
  }
  return result;
}

function toText(value: unknown): string {
  try {
    return typeof value === "string" ? value : String(value);
  } catch {
    return unserializable; // No prototype, or a toString that throws.
  }
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
