/** Reads fields of JSON that may have been written by anybody. */

export type Fields = Readonly<Record<string, unknown>>;

/** @throws Error that says what was expected in place of a value. */
export function fieldsOf(json: unknown, what: string): Fields {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error(`${what} is not an object`);
  return { ...json };
}

/** @throws Error as above. */
export function listOf(json: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new Error(`${what} is not a list`);
  return json;
}

/** @throws Error as above. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new Error(`${name} is not a text`);
  return value;
}

/** @throws Error as above. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name} is not a number`);
  return value;
}

/** The value of a field as another property, or nothing when it is not there. */
export function optional<N extends string, T>(
  name: N,
  fields: Fields,
  read: (fields: Fields, name: string) => T,
): { readonly [K in N]?: T } | Readonly<Record<string, never>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key loses its name
  return fields[name] === undefined ? {} : ({ [name]: read(fields, name) } as { readonly [K in N]: T });
}
