/**
 * How the box knows its own dashboards again. The description ends with the digest of what was sent: a copy with a digest
 * was made by some version of obsbox, and one that nobody saved since is brought up to date.
 */
import type { Language, Text } from "../text.ts";
import { digestOf } from "./digest.ts";
import type { JsonObject } from "./json.ts";

const advice: Text = { en: "Save a copy to change it", zh: "修改前请另存副本" };

/** A body with the digest of itself at the end of its description. */
export function marked(body: JsonObject, language: Language): JsonObject {
  return { ...body, description: `${descriptionOf(body)} ${advice[language]} (obsbox ${digestOf(body)})` };
}

/** @returns The digest that a description ends with. */
export function digestIn(description: string): string | undefined {
  return mark.exec(description)?.groups?.["digest"];
}

const mark = new RegExp(` (?:${Object.values(advice).join("|")}) \\(obsbox (?<digest>[0-9a-f]{16})\\)$`);

function descriptionOf({ description }: JsonObject): string {
  return typeof description === "string" ? description : "";
}
