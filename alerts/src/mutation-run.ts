/**
 * `node alerts/src/mutation-run.ts [--json] [--write] [topic...]` mutates the alerts and says which mutants no case
 * notices; exit code 1 when there are any. `--write` keeps the counts in alerts/mutation.json, for docs/alerts.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { countsOf, mergeCounts } from "./mutation-counts.ts";
import type { Counts } from "./mutation-counts.ts";
import { runMutation } from "./mutation.ts";
import { alertsFolder } from "./rule-files.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, write: { type: "boolean" } },
});

const outcomes = await runMutation({
  topics: positionals,
  promtool: process.env["PROMTOOL"] ?? "promtool",
  onOutcome: ({ end }) => process.stderr.write({ killed: ".", equivalent: "=", survived: "!" }[end]),
});
process.stderr.write("\n");
const counts = countsOf(outcomes);
const survivors = outcomes.filter(({ end }) => end === "survived");
process.stdout.write(values.json ? `${JSON.stringify(outcomes, null, 2)}\n` : text());
if (values.write) writeCounts();
process.exitCode = survivors.length === 0 ? 0 : 1;

function text(): string {
  const lines = counts.map(lineOf);
  const named = survivors.map(({ topic, alert, severity, what }) => `${topic}: ${alert} (${severity}): ${what}`);
  return `${[...lines, ...named].join("\n")}\n`;
}

function lineOf({ topic, alerts, mutants, killed, equivalent, survived }: Counts): string {
  const parts = [`${alerts} alerts`, `${mutants} mutants`, `${killed} killed`, `${equivalent} equivalent`];
  return `${topic.padEnd(20)} -> ${[...parts, `${survived} survived`].join(", ")}`;
}

/** A run over some topics leaves the counts of the others. */
function writeCounts(): void {
  const path = join(alertsFolder, "mutation.json");
  const isPart = positionals.length > 0 && existsSync(path);
  const earlier: readonly Counts[] = isPart ? JSON.parse(readFileSync(path, "utf8")) : [];
  writeFileSync(path, `${JSON.stringify(mergeCounts(earlier, counts), null, 2)}\n`);
}
