/** Secrets in free text: messages, errors, stack traces, addresses. */
import { hideAssignments } from "./assignments.ts";
import { patterns } from "./patterns.ts";
import { mayHoldSecret } from "./scan.ts";
import { settings } from "./settings.ts";

/** Gives a text without its secrets. */
export function redactText(text: string): string {
  if (!settings.isOn || !mayHoldSecret(text)) return text;
  let result = text;
  for (const { find, hide } of patterns) result = result.replace(find, hide);
  return hideAssignments(result);
}
