import type { Json } from "../model.ts";
import type { Text } from "../text.ts";

/** Columns in the order of the titles, under their titles. */
export function renamed(titles: Readonly<Record<string, string | Text>>): Json {
  return {
    id: "organize",
    options: {
      indexByName: Object.fromEntries(Object.keys(titles).map((field, index) => [field, index])),
      renameByName: titles,
      excludeByName: { Time: true },
    },
  };
}
