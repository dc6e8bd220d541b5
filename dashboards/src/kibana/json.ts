/** What is sent to Kibana. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Makes plain JSON, with what `replace` gives in the place of a value that it knows. */
export function jsonOf(value: unknown, replace: (value: object) => Json | undefined = () => undefined): Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, replace));
  if (typeof value !== "object") throw new TypeError(`${typeof value} is no JSON`);
  return replace(value) ?? objectOf(value, replace);
}

function objectOf(value: object, replace: (value: object) => Json | undefined): JsonObject {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, jsonOf(one, replace)]));
}
