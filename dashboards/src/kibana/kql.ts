/** Conditions in Kibana's query language, written over field names that exist. */
import type { Query } from "./api.ts";
import type { Field } from "./fields.ts";

export const everything = "";

/** The field has the value, or one of the values. */
export function is(field: Field, ...values: readonly [string | number, ...(string | number)[]]): string {
  const quoted = values.map((value) => (typeof value === "number" ? String(value) : JSON.stringify(value)));
  return quoted.length === 1 ? `${field} : ${quoted.join("")}` : `${field} : (${quoted.join(" or ")})`;
}

export function exists(field: Field): string {
  return `${field} : *`;
}

export function isNot(field: Field, value: string): string {
  return `not ${is(field, value)}`;
}

export function atLeast(field: Field, value: number): string {
  return `${field} >= ${value}`;
}

export function below(field: Field, value: number): string {
  return `${field} < ${value}`;
}

export function both(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition !== everything).join(" and ");
}

export function query(expression: string): Query {
  return { expression, language: "kql" };
}

/** The name in front of an operator. None of the values of the box's conditions holds one. */
const fieldNames = /(?<![\w"@.-])[@\w][\w.]*(?= *(?::|[<>]=?))/g;

/** Gives each field of a condition another name. */
export function renameFields(expression: string, nameOf: (field: string) => string): string {
  return expression.replaceAll(fieldNames, nameOf);
}
