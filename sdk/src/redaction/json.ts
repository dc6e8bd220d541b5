/** Secrets in JSON that has been written already: most has none, which one look at the text tells. */
import { kindOfKey, redacted } from "./keys.ts";
import { mayHoldSecret } from "./scan.ts";
import { settings } from "./settings.ts";
import { redactValue } from "./values.ts";

/**
 * Gives JSON without its secrets, the same text when there are none.
 *
 * @param key - The key that the JSON stands under, for which it may be a secret as a whole.
 */
export function redactJson(key: string, json: string): string {
  if (!settings.isOn) return json;
  const kind = kindOfKey(key);
  if (kind === "plain" && !mayHoldSecret(json)) return json;
  try {
    const value: unknown = JSON.parse(json);
    const shown = redactValue(kind, value);
    return shown === value ? json : JSON.stringify(shown);
  } catch {
    return `"${redacted}"`; // Not JSON after all, or too deep.
  }
}

/** The same for members of an object that stand in the middle of a line, each after a comma. */
export function redactMembers(members: string): string {
  const json = redactJson("", `{${members.slice(1)}}`);
  return json.startsWith("{") && json.length > 2 ? `,${json.slice(1, -1)}` : "";
}
