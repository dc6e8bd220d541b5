/** The processors that the configuration uses. */
import { createHash } from "node:crypto";
import type { Fields } from "./harvest.ts";

type Settings = Readonly<Record<string, unknown>>;
type Processor = (event: Fields, settings: Settings) => void;

const processors: Readonly<Record<string, Processor>> = {
  drop_fields(event, { fields }) {
    for (const field of fields as readonly string[]) {
      for (const key of Object.keys(event)) if (key === field || key.startsWith(`${field}.`)) delete event[key];
    }
  },
  dissect(event, { tokenizer, field, target_prefix: prefix }) {
    const pattern = String(tokenizer)
      .replaceAll("/", "\\/")
      .replaceAll(/%\{(\w*)\}/g, (_all, name: string) => (name === "" ? ".*" : `(?<${name}>[^/]*)`));
    const { groups = {} } = new RegExp(`^${pattern}$`).exec(String(event[String(field)])) ?? {};
    for (const [name, value] of Object.entries(groups)) event[`${String(prefix)}.${name}`] = value;
  },
  fingerprint(event, { fields, target_field: target }) {
    const values = (fields as readonly string[]).map((field) => `|${field}|${String(event[field])}`).join("");
    event[String(target)] = createHash("sha256").update(values).digest("hex");
  },
};

/** @returns The event, or nothing where a processor dropped it. */
export function runProcessors(list: readonly Settings[], event: Fields): readonly Fields[] {
  for (const step of list) {
    const condition = step["if"] as { not: { has_fields: readonly string[] } } | undefined;
    if (condition === undefined) run(step, event);
    else if (!condition.not.has_fields.every((field) => field in event))
      (step["then"] as readonly Settings[]).forEach((inner) => run(inner, event));
  }
  return [event];
}

function run(step: Settings, event: Fields): void {
  for (const [name, settings] of Object.entries(step)) {
    const processor = processors[name];
    if (processor === undefined) throw new Error(`the stand-in for Filebeat has no processor ${name}`);
    processor(event, settings as Settings);
  }
}
