/** How the values of one gauge, one from each process of a cluster, become the one value that is shown. */
import { metrics, prometheusName } from "../vocabulary.ts";

export const gaugeRules = ["sum", "max", "min", "mean", "first", "omit"] as const;
export type GaugeRule = (typeof gaugeRules)[number];

/**
 * What has a limit of its own in each process shows the fullest one: a sum would hide one full process among three
 * empty ones. What is not named here is added up, shares are averaged.
 */
const ownRules: readonly (readonly [GaugeRule, readonly (keyof typeof metrics)[]])[] = [
  [
    "max",
    [
      "nodejsEventloopUtilization",
      "nodejsEventloopDelayMax",
      "nodejsEventloopDelayStddev",
      "nodejsEventloopDelayP50",
      "nodejsEventloopDelayP90",
      "nodejsEventloopDelayP99",
      "nodejsVersionInfo",
      "v8jsMemoryHeapUsed",
      "v8jsMemoryHeapLimit",
      "v8jsMemoryHeapUsedAfterMajorGc",
      "processConstrainedMemory",
      "processOpenFds",
      "exporterLastSuccess",
      "scrapeDuration",
      "scrapeSize",
    ],
  ],
  ["min", ["nodejsEventloopDelayMin", "processMaxFds", "processStartTime"]],
  ["mean", ["nodejsEventloopDelayMean"]],
];

const rules = new Map<string, GaugeRule>(
  ownRules.flatMap(([rule, names]) => names.map((name) => [prometheusName(metrics[name]), rule] as const)),
);

/** @param name - As on `/metrics`. */
export function declareGaugeRule(name: string, rule: GaugeRule): void {
  rules.set(name, rule);
}

/** @param name - As on `/metrics`. */
export function gaugeRuleOf(name: string): GaugeRule {
  return rules.get(name) ?? (name.endsWith("_ratio") ? "mean" : "sum");
}

export function isGaugeRule(value: unknown): value is GaugeRule {
  return gaugeRules.some((rule) => rule === value);
}
