/** Tables of docs/alerts.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { equivalents } from "../alerts/src/equivalent-mutants.ts";
import type { Counts } from "../alerts/src/mutation-counts.ts";
import { alertsFolder } from "../alerts/src/rule-files.ts";
import type { Alert } from "../alerts/src/rule-files.ts";
import { alertsByName } from "../alerts/src/runbooks.ts";
import { markdownTable } from "./markdown-table.ts";

/** Every alert, with the first sentence of its runbook. */
export function alertsTable(): string {
  return topicsOf()
    .map(([topic, names]) => `### ${topic}\n\n${markdownTable(head, names.map(rowOf))}`)
    .join("\n");
}

/** Alerts that cannot say anything yet, and what they wait for. */
export function waitingTable(): string {
  const waiting = [...alertsByName()].flatMap(([name, [rule]]) =>
    rule?.needs === undefined ? [] : [[linkOf(name), rule.needs]],
  );
  return markdownTable(["Alert", "Needs"], waiting);
}

/** Counts of the last full mutation run. */
export function mutationTable(): string {
  const counts: readonly Counts[] = JSON.parse(readFileSync(join(alertsFolder, "mutation.json"), "utf8"));
  return markdownTable(
    ["Topic", "Alerts", "Mutants", "Killed", "Equivalent"],
    counts.map(({ topic, alerts, mutants, killed, equivalent }) => [
      topic,
      ...[alerts, mutants, killed, equivalent].map(String),
    ]),
  );
}

export function equivalentsTable(): string {
  return markdownTable(
    ["Alert", "Mutant", "Why no case can notice it"],
    equivalents.map(({ alert, what, reason }) => [linkOf(alert), `\`${what}\``, reason]),
  );
}

const head = ["Alert", "Severity", "After", "Meaning"];

type Named = readonly [name: string, rules: readonly Alert[]];

function topicsOf(): readonly (readonly [topic: string, alerts: readonly Named[]])[] {
  const all = [...alertsByName()];
  const topics = new Set(all.map(([, rules]) => rules[0]?.topic ?? ""));
  return [...topics].map((topic) => [topic, all.filter(([, rules]) => rules[0]?.topic === topic)]);
}

function rowOf([name, rules]: Named): readonly string[] {
  const each = (value: (rule: Alert) => string) => [...new Set(rules.map(value))].join(", ");
  return [
    linkOf(name),
    each(({ labels }) => labels?.["severity"] ?? ""),
    each((rule) => rule.for ?? "at once"),
    meaningOf(name),
  ];
}

function linkOf(name: string): string {
  return `[${name}](runbooks/${name}.md)`;
}

/** The sentence below `## Meaning`. */
function meaningOf(name: string): string {
  const page = readFileSync(join(alertsFolder, `../docs/runbooks/${name}.md`), "utf8");
  const [, meaning = ""] = /## Meaning\n\n([\s\S]*?)\n\n/.exec(page) ?? [];
  return meaning.replace(/\s+/g, " ");
}
