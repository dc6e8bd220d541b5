/**
 * Records what each job of a running box exposes: `node test/e2e/box/record-scrapes.ts FOLDER` writes
 * test/fixtures/scrapes/<job>.txt, one line `name type label...` for each metric. Dashboards and rules are checked
 * against these files and the vocabulary, so that no panel asks for a name that no exporter has.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../../helpers/run-program.ts";
import { boxAt } from "./box.ts";

type Labels = Readonly<Record<string, string>>;

interface Answer<T> {
  readonly data: T;
}

const recentSeconds = 300;

const [, , folder = ""] = process.argv;
const box = boxAt(folder);
const target = join(root, "test/fixtures/scrapes");

/** Labels that Prometheus sets from the target; the spans' metrics bring their own. */
const ofTarget = new Set(["__name__", "job", "instance"]);

const types = new Map(
  Object.entries(ask<Readonly<Record<string, readonly { readonly type: string }[]>>>("metadata")).map(
    ([name, [first]]) => [name, first?.type ?? "unknown"],
  ),
);

mkdirSync(target, { recursive: true });
for (const job of jobsOfTheBox()) {
  const lines = linesOf([`{job="${job}"}`, ...(job === "span-metrics" ? ['{__name__=~"traces_.+"}'] : [])]);
  // A part that is off by default, or cannot run here.
  if (lines.length === 0) continue;
  writeFileSync(join(target, `${job}.txt`), `${lines.join("\n")}\n`);
  process.stdout.write(`${job}: ${lines.length} metrics\n`);
}

/** Without services and addresses of users: what services expose is in the vocabulary. */
function jobsOfTheBox(): readonly string[] {
  const file = readFileSync(join(folder, "config/prometheus/prometheus.yml"), "utf8");
  const { scrape_configs: jobs }: { scrape_configs: readonly { readonly job_name: string }[] } = parse(file);
  return jobs.map((job) => job.job_name).filter((name) => name !== "services" && name !== "probes");
}

function linesOf(selectors: readonly string[]): readonly string[] {
  // Not what an earlier version of the box exposed.
  const start = Date.now() / 1000 - recentSeconds;
  const path = (one: string) => `series?match[]=${encodeURIComponent(one)}&start=${start}`;
  const series = selectors.flatMap((one) => ask<readonly Labels[]>(path(one)));
  const labels = new Map<string, Set<string>>();
  for (const one of series) {
    const name = one["__name__"] ?? "";
    const known = labels.get(name) ?? new Set();
    for (const label of Object.keys(one)) if (!ofTarget.has(label)) known.add(label);
    labels.set(name, known);
  }
  return [...labels].map(([name, own]) => [name, typeOf(name), ...[...own].toSorted()].join(" ")).toSorted();
}

/** Of the family, whose name is without the suffix of a histogram's or a summary's samples. */
function typeOf(name: string): string {
  return types.get(name) ?? types.get(name.replace(/_(bucket|sum|count|total)$/, "")) ?? "unknown";
}

function ask<T>(path: string): T {
  const url = `http://localhost:9090/prometheus/api/v1/${path}`;
  const answer = JSON.parse(box.compose("exec", "-T", "prometheus", "wget", "-qO-", url)) as Answer<T>;
  return answer.data;
}
