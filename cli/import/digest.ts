import { createHash } from "node:crypto";
import { isObject } from "../../stack/companion/elasticsearch/json.ts";

/** Short digest of a document: the same for the same content, whatever the order of its keys. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(value)))
    .digest("hex")
    .slice(0, 16);
}

/** The document with its keys in order, as texts of it can be compared. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, inOrder(value[key])]),
  );
}
