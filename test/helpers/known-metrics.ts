/**
 * Every metric that a panel or a rule may ask for, with its labels: the vocabulary of the SDK, what the exporters of a
 * running box were recorded to expose (test/fixtures/scrapes), and what is documented of those that cannot run here.
 */
import { basename } from "node:path";
import { parse } from "yaml";
import { commonLabels, metrics, prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import type { Metric } from "@obsbox/sdk/vocabulary";
import { recordableNames } from "../../alerts/src/slo-rules.ts";
import { readText, repositoryFiles } from "./repository.ts";

export interface KnownMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: ReadonlySet<string>;
  /** `sdk`, the job that exposes it, `rule` for what a rule records, or `documented/<source>`. */
  readonly sources: ReadonlySet<string>;
}

/** Labels that Prometheus itself gives to every series. */
const ofEverySeries = ["job", "instance"] as const;

/** Labels of what Prometheus makes of rules; alerts have those of their rule beside these. */
const ofPrometheus: readonly (readonly [string, readonly string[]])[] = [
  ["ALERTS", ["alertname", "alertstate", "severity", "component", "service_name", "deployment_environment_name"]],
  ["ALERTS_FOR_STATE", ["alertname", "severity", "component", "service_name"]],
];

export function knownMetrics(): ReadonlyMap<string, KnownMetric> {
  const known = new Map<string, { name: string; type: string; labels: Set<string>; sources: Set<string> }>();
  const add = (source: string, name: string, type: string, labels: Iterable<string>) => {
    const one = known.get(name) ?? { name, type, labels: new Set<string>(ofEverySeries), sources: new Set<string>() };
    for (const label of labels) one.labels.add(label);
    one.sources.add(source);
    known.set(name, one);
  };
  for (const metric of Object.values<Metric>(metrics)) {
    for (const [name, labels] of samplesOf(metric)) add("sdk", name, metric.type, labels);
  }
  add("sdk", "target_info", "gauge", commonLabels.map(prometheusLabel));
  for (const [name, labels] of ofPrometheus) add("prometheus", name, "gauge", labels);
  for (const file of repositoryFiles("test/fixtures/scrapes/**")) {
    for (const line of readText(file).split("\n")) {
      const [name = "", type = "", ...labels] = line.split(" ");
      if (name !== "" && name !== "#") add(sourceOf(file), name, type, labels);
    }
  }
  for (const name of recordedNames()) add("rule", name, "gauge", []);
  return known;
}

function samplesOf(metric: Metric): readonly (readonly [string, readonly string[]])[] {
  const name = prometheusName(metric);
  const labels = [...commonLabels, ...metric.labels].map(prometheusLabel);
  if (metric.type !== "histogram") return [[name, labels]];
  return [
    [`${name}_bucket`, [...labels, "le"]],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ];
}

function sourceOf(file: string): string {
  const source = basename(file, ".txt");
  return file.includes("/documented/") ? `documented/${source}` : source;
}

/** Names that recording rules give; their labels are those of what they record. */
export function recordedNames(): ReadonlySet<string> {
  const files = repositoryFiles("alerts/*.yml").filter((file) => !/\.test\.yml$|slos\.yml$/.test(file));
  const groups = files.flatMap((file) => (parse(readText(file)) as { groups: Group[] }).groups);
  const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
  // Objectives of a team may record more than those of this repository.
  return new Set([...recorded, ...recordableNames()]);
}

interface Group {
  readonly rules: readonly { readonly record?: string }[];
}
