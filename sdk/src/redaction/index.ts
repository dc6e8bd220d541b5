/** Keeps secrets out of logs, spans, metrics and baggage. The three signals ask here what they may show. */
import type { RedactionOptions } from "../options.ts";
import { configureKeys } from "./keys.ts";
import { settings } from "./settings.ts";

/** Sets what is hidden. Until then, what is built in is. */
export function configureRedaction({ enabled, keys }: RedactionOptions): void {
  settings.isOn = enabled;
  configureKeys(keys);
}

/** Whether anything is hidden at all. */
export function isRedacting(): boolean {
  return settings.isOn;
}

export { redactJson, redactMembers } from "./json.ts";
export { isHidden, kindOfKey, kindWithin, redacted } from "./keys.ts";
export type { KeyKind } from "./keys.ts";
export { redactText } from "./text.ts";
export { isHeaderList, redactAttributes, redactNumber, redactTextOf, redactUpTo, redactValue } from "./values.ts";
