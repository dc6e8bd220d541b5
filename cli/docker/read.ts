/** Reads what Docker answers: JSON of another program, so nothing in it is taken for granted. */

export type Fields = Readonly<Record<string, unknown>>;

/** Fields of an object; none where the value is no object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list, one document, or one document in each line: versions of Compose differ. */
export function parseDocuments(text: string): readonly Fields[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const whole = parse(trimmed);
  if (whole === undefined) return trimmed.split("\n").map((line) => fieldsOf(parse(line)));
  return Array.isArray(whole) ? whole.map(fieldsOf) : [fieldsOf(whole)];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Several documents, or a line that is none.
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
