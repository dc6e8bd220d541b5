import { expect, test } from "vitest";
import { readPromql } from "./promql.ts";
import { burns, thresholdOf } from "./slo-alerts.ts";
import { groupsOf, recordableNames } from "./slo-rules.ts";
import type { Slo } from "./slo.ts";

const errors: Slo = {
  name: "http-errors",
  service: undefined,
  without: [],
  sli: "errors",
  objective: 99.9,
  thresholdSeconds: undefined,
};
const latency: Slo = { ...errors, name: "fast", sli: "latency", thresholdSeconds: 0.5 };
const rulesOf = (slo: Slo) => groupsOf(slo).flatMap(({ rules }) => rules);
const exprOf = (slo: Slo, record: string) => rulesOf(slo).find((rule) => rule.record === record)?.expr ?? "";

test.each([
  [99.9, [0.0144, 0.006, 0.003, 0.001]],
  [99.95, [0.0072, 0.003, 0.0015, 0.0005]],
  [99.99, [0.00144, 0.0006, 0.0003, 0.0001]],
  [95, [0.72, 0.3, 0.15, 0.05]],
])("thresholds of %d %% have no dust of binary fractions", (objective, thresholds) => {
  expect(burns.map((burn) => thresholdOf({ ...errors, objective }, burn))).toEqual(thresholds);
  expect(JSON.stringify(groupsOf({ ...errors, objective }))).not.toMatch(/\d\.\d{8}/);
});

test("a pace that no share of requests can have is no alert", () => {
  const alerts = (objective: number) =>
    rulesOf({ ...errors, objective }).filter(({ alert }) => alert === "ServiceErrorBudgetBurn").length;
  expect([alerts(99.9), alerts(93), alerts(50)]).toEqual([4, 3, 1]);
});

test("an objective of all services names none, but those that have their own", () => {
  expect(exprOf(errors, "service:slo_http_events:increase5m")).toContain('{service_name!=""}');
  const without = exprOf({ ...errors, without: ["a.b", "c"] }, "service:slo_http_events:increase5m");
  const [selector] = readPromql(without).selectors;
  expect(selector?.matchers).toEqual([
    { label: "service_name", op: "!=", value: "" },
    { label: "service_name", op: "!~", value: String.raw`a\.b|c` },
  ]);
});

test("an objective of one service asks for it alone", () => {
  const matchers = rulesOf({ ...errors, service: "orders" })
    .filter(({ record }) => record?.startsWith("service:slo_http_events:") === true)
    .flatMap(({ expr }) => readPromql(expr).selectors.flatMap(({ matchers }) => matchers));
  expect(new Set(matchers.map(({ label, op, value }) => label + op + value))).toEqual(new Set(["service_name=orders"]));
});

test.each([
  [0.5, 'le="0.5"'],
  [2.5, 'le="2.5"'],
  [1, 'le=~"1|1[.]0"'],
  [10, 'le=~"10|10[.]0"'],
])("a threshold of %d s is found under both spellings of its bucket", (thresholdSeconds, label) => {
  expect(exprOf({ ...latency, thresholdSeconds }, "service:slo_http_bad_events:increase1h")).toContain(label);
});

test("every expression parses, and every name is announced", () => {
  const rules = [errors, latency].flatMap(rulesOf);
  for (const { expr } of rules) expect(() => readPromql(expr)).not.toThrow();
  const recorded = rules.flatMap(({ record }) => record ?? []);
  expect(recordableNames().toSorted()).toEqual([...new Set(recorded)].toSorted());
});
