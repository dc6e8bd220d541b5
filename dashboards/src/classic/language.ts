import type { Json } from "../model.ts";
import type { Language, Text } from "../text.ts";

/** Replaces every text by its words in one language. */
export function inLanguage(json: Json, language: Language): Json {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueIn(value, language)]));
}

function valueIn(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((one) => valueIn(one, language));
  if (!isJson(value)) return value;
  return isText(value) ? value[language] : inLanguage(value, language);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function isText(value: object): value is Text {
  return Object.keys(value).length === 2 && "en" in value && "zh" in value;
}
