/** Groups of rules in the names of somebody else's set-up. */
import { isObject } from "../../../stack/companion/elasticsearch/json.ts";
import { renameExpression } from "./expression.ts";
import type { Naming } from "./naming.ts";
import { renameWords } from "./words.ts";

export type Rule = Readonly<Record<string, unknown>>;

/** Gives names of labels and metrics their other names: in the expression, in labels that are set, and in texts. */
export function renameRule(rule: Rule, naming: Naming): Rule {
  return Object.fromEntries(
    Object.entries(rule).map(([key, value]) => {
      if (key === "expr") return [key, renameExpression(String(value), naming)];
      return [key, isObject(value) ? renameTexts(value, key === "labels", naming) : value];
    }),
  );
}

function renameTexts(texts: Rule, areLabels: boolean, naming: Naming): Rule {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      areLabels ? (naming.labels.get(key) ?? key) : key,
      typeof text === "string" ? renameWords(text, naming) : text,
    ]),
  );
}
