/** Reading answers, whose shape is the server's: a value at a path, or undefined where it is not what was expected. */

/** What can be sent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/**
 * Gives the value at a path.
 *
 * @example
 * valueAt({ a: { b: 1 } }, "a", "b"); // 1
 */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The keys and values of the object at a path; none where there is no object. */
export function entriesAt(value: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] {
  const found = valueAt(value, ...path);
  return isObject(found) ? Object.entries(found) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a server has everything that was declared: each declared value, lists with the same items in the same order.
 * What the server adds to objects, such as defaults, does not count.
 *
 * @example
 * covers({ a: 1, list: [1, 2] }, { a: 1, list: [1, 2], added: true }); // true
 */
export function covers(declared: unknown, current: unknown): boolean {
  if (Array.isArray(declared)) {
    const isSameLength = Array.isArray(current) && current.length === declared.length;
    return isSameLength && declared.every((item, index) => covers(item, current[index]));
  }
  if (!isObject(declared)) return declared === current;
  return isObject(current) && Object.entries(declared).every(([key, value]) => covers(value, valueAt(current, key)));
}
