/** Objectives as a file of rules. */
import { stringify } from "yaml";
import { groupsOf } from "./slo-rules.ts";
import type { Slo } from "./slo.ts";

/**
 * Gives the text of slo.rules.yml.
 *
 * @param source - File that the objectives stand in, for the first line.
 */
export function sloRulesText(slos: readonly Slo[], source: string): string {
  return generatedYaml({ groups: slos.flatMap(groupsOf) }, source);
}

/** Long expressions stay in one line, so that they are found with grep. */
export function generatedYaml(value: unknown, source: string): string {
  const text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Made of ${source}; changes belong there.\n${text}`;
}
