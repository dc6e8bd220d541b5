/** What is generated into the documents from the rules. */
import { alertsOf, readRuleFiles } from "./rule-files.ts";
import type { Alert } from "./rule-files.ts";

/** Sections of every runbook, in this order. */
export const runbookSections = [
  "Meaning",
  "Impact",
  "Who acts, and how soon",
  "Check",
  "Likely causes",
  "Fix and rollback",
  "Silence",
  "Tune",
  "False positives",
  "How it is tested",
] as const;

/** The top of a runbook: what the rule is, so that the page cannot say anything else. */
export function runbookHeader(rules: readonly Alert[]): string {
  return rules.map(ofRule).join("\n");
}

function ofRule({ topic, expr, for: pending, keep_firing_for: kept, labels = {}, needs }: Alert): string {
  const { severity = "", component = "", ...others } = labels;
  const facts = [
    `**${severity}**`,
    `component ${component}`,
    ...Object.entries(others).map(([name, value]) => `${name} ${value}`),
    pending === undefined ? "at once" : `after ${pending}`,
    ...(kept === undefined ? [] : [`goes on for ${kept}`]),
    `\`alerts/${fileOf(topic)}\``,
  ];
  const waiting = needs === undefined ? [] : [`Silent until there is what it needs: ${needs}.`, ""];
  return [facts.join(" · "), "", ...waiting, "```promql", expr.trim(), "```", ""].join("\n");
}

function fileOf(topic: string): string {
  return topic === "slo" ? "slo.rules.yml" : `${topic}.yml`;
}

/** Alerts by name, each with the rules that have it. */
export function alertsByName(): ReadonlyMap<string, readonly Alert[]> {
  const names = new Map<string, Alert[]>();
  for (const alert of alertsOf(readRuleFiles())) {
    const known = names.get(alert.alert);
    if (known === undefined) names.set(alert.alert, [alert]);
    else known.push(alert);
  }
  return names;
}

/** Entries for `npm run generate`: the header of each runbook. */
export function runbookFiles() {
  let read: ReadonlyMap<string, readonly Alert[]> | undefined;
  // When the first is asked for, the generated rules have been written.
  const rulesOf = (name: string) => (read ??= alertsByName()).get(name) ?? [];
  return [...alertsByName().keys()].map((name) => ({
    file: `docs/runbooks/${name}.md`,
    mark: "rule",
    text: () => runbookHeader(rulesOf(name)),
  }));
}
