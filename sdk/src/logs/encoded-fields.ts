/**
 * Encoded fields, as pino keeps the bindings of a logger: `,"key":value` one after the other. A key that stands twice in
 * a line is no error in JSON, and one that Elasticsearch refuses.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Whether one of the fields may be among the encoded ones; seldom true without need. */
export function hasAny(encoded: string, fields: object): boolean {
  if (encoded === "") return false;
  for (const key in fields) if (encoded.includes(`${JSON.stringify(key)}:`)) return true;
  return false;
}

/** Leaves out what has the key of one of the fields. */
export function without(encoded: string, fields: object): string {
  const left = Object.entries(decode(encoded)).filter(([key]) => !Object.hasOwn(fields, key));
  return encode(Object.fromEntries(left));
}

/** Of several with one key the last one stays. */
export function withEachOnce(encoded: string): string {
  return encoded === "" ? "" : encode(decode(encoded));
}

function decode(encoded: string): Fields {
  return JSON.parse(`{${encoded.slice(1)}}`);
}

function encode(fields: Fields): string {
  const text = JSON.stringify(fields);
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}
