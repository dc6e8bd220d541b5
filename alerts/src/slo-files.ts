/** The files that are made of slos.yml. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { budgetCases, quickBurnCases, slowBurnCases } from "./slo-cases.ts";
import { groupsOf } from "./slo-rules.ts";
import { generatedYaml, sloRulesText } from "./slo-text.ts";
import { readSlos } from "./slo.ts";
import type { Slo } from "./slo.ts";

const source = "alerts/slos.yml";

/** promtool has one interval of evaluation for all groups of a file. */
export const sloTests = [
  { part: "", interval: "1m", casesOf: quickBurnCases },
  { part: "slow.", interval: "10m", casesOf: slowBurnCases },
  // Increments of five minutes are right only when they are recorded every five minutes.
  { part: "budget.", interval: "5m", casesOf: budgetCases },
] as const;

/** Files of this folder, for `npm run generate`. */
export const sloFiles = [
  { file: "alerts/slo.rules.yml", text: () => sloRulesText(ownSlos(), source) },
  ...sloTests.map(({ part, interval, casesOf }) => ({
    file: `alerts/slo.rules.${part}test.yml`,
    text: () => testsText(ownSlos(), interval, casesOf),
  })),
];

/** promtool's cases for the rules that {@link sloRulesText} gives. */
export function testsText(slos: readonly Slo[], interval: string, casesOf: (slo: Slo) => readonly unknown[]): string {
  const order = slos.flatMap(groupsOf).map(({ name }) => name);
  return generatedYaml(
    {
      rule_files: ["slo.rules.yml"],
      evaluation_interval: interval,
      group_eval_order: order,
      tests: slos.flatMap(casesOf),
    },
    source,
  );
}

function ownSlos(): readonly Slo[] {
  const { slos, problems } = readSlos(readFileSync(join(import.meta.dirname, "../slos.yml"), "utf8"));
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`alerts/slos.yml: ${problem.what}; expected ${problem.expected}`);
  return slos;
}
