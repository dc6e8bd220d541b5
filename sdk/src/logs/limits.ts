/**
 * Copies of anything that a service may log, bounded in depth, width and length, safe against circles, throwing
 * getters and values that JSON does not know. Numbers stay numbers, so that a field never changes its type.
 */

const maxDepth = 8;
const maxKeys = 128;
const maxItems = 100;

/** Longest text of one value, in characters. */
export const maxTextLength = 8192;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Gives a bounded copy; undefined for what JSON leaves out: undefined, functions, symbols. */
export function bounded(value: unknown): Json | undefined {
  return copy(value, 0, []);
}

/** Gives a value as text, cut when it is too long, which it then says at its end. */
export function cutText(value: unknown, limit = maxTextLength): string {
  const text = typeof value === "string" ? value : String(value);
  return text.length <= limit ? text : `${text.slice(0, limit)}... [${text.length} characters]`;
}

/** The entries of an object as far as they can be read, at most 128. */
export function readableEntries(object: object): [string, unknown][] {
  const keys = Object.keys(object);
  const entries = keys.slice(0, maxKeys).map((key): [string, unknown] => [key, readProperty(object, key)]);
  return keys.length <= maxKeys ? entries : [...entries, ["truncated_keys", keys.length - maxKeys]];
}

function copy(value: unknown, depth: number, parents: readonly object[]): Json | undefined {
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
      return value === null ? null : copyObject(value, depth, parents);
    default:
      return undefined;
  }
}

function copyObject(value: object, depth: number, parents: readonly object[]): Json | undefined {
  if (parents.includes(value)) return "[Circular]";
  try {
    const inner = plain(value);
    if (typeof inner !== "object" || inner === null) return copy(inner, depth, parents);
    if (depth >= maxDepth) return Array.isArray(inner) ? "[Array]" : "[Object]";
    const next = [...parents, value];
    return Array.isArray(inner) ? copyArray(inner, depth, next) : copyEntries(inner, depth, next);
  } catch {
    return "[Unserializable]"; // A proxy or a toJSON that throws.
  }
}

/** What of an object is worth logging. */
function plain(value: object): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[Invalid Date]" : value.toISOString();
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  const toJson: unknown = Reflect.get(value, "toJSON");
  return typeof toJson === "function" ? toJson.call(value) : value;
}

function copyArray(items: readonly unknown[], depth: number, parents: readonly object[]): Json {
  const copies = items.slice(0, maxItems).map((item) => copy(item, depth + 1, parents) ?? null);
  return items.length <= maxItems ? copies : [...copies, `[${items.length - maxItems} more items]`];
}

function copyEntries(object: object, depth: number, parents: readonly object[]): Json {
  const result: Record<string, Json> = Object.create(null);
  for (const [key, item] of readableEntries(object)) {
    const copied = copy(item, depth + 1, parents);
    if (copied !== undefined) result[key] = copied;
  }
  return result;
}

function readProperty(object: object, key: string): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return "[Unserializable]"; // A getter that throws.
  }
}
