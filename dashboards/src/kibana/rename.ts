/** Gives the fields of a body the names that they have in somebody else's documents. */
import type { Json, JsonObject } from "./json.ts";
import { renameFields } from "./kql.ts";

export type NameOf = (field: string) => string;

/** How fields stand under each key that names some. */
const forms: Readonly<Record<string, (value: Json, nameOf: NameOf) => Json>> = {
  field: (value, nameOf) => (typeof value === "string" ? nameOf(value) : value),
  field_name: (value, nameOf) => (typeof value === "string" ? nameOf(value) : value),
  fields: namesIn,
  column_order: namesIn,
  sort: (value, nameOf) => (isList(value) ? value.map((one) => sortBy(one, nameOf)) : value),
  expression: (value, nameOf) => (typeof value === "string" ? renameFields(value, nameOf) : value),
};

export function renameBody(body: JsonObject, nameOf: NameOf): JsonObject {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, renameAt(key, value, nameOf)]));
}

function renameAt(key: string, value: Json, nameOf: NameOf): Json {
  const form = forms[key];
  return form === undefined ? renameIn(value, nameOf) : form(value, nameOf);
}

function renameIn(value: Json, nameOf: NameOf): Json {
  if (isList(value)) return value.map((one) => renameIn(one, nameOf));
  return typeof value === "object" && value !== null ? renameBody(value, nameOf) : value;
}

function namesIn(value: Json, nameOf: NameOf): Json {
  return isList(value) ? value.map((one) => (typeof one === "string" ? nameOf(one) : one)) : value;
}

function sortBy(value: Json, nameOf: NameOf): Json {
  if (typeof value !== "object" || value === null || isList(value)) return value;
  const { name } = value;
  return { ...value, ...(typeof name === "string" ? { name: nameOf(name) } : {}) };
}

/** `Array.isArray` does not tell a list that cannot be changed. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
