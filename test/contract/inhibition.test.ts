/** What Alertmanager hides because something worse explains it: nothing but what that is about. */
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readPromql } from "../../alerts/src/promql.ts";
import { alertsOf, readRuleFiles, readTestFiles } from "../../alerts/src/rule-files.ts";
import { readText } from "../helpers/repository.ts";

interface InhibitRule {
  readonly name: string;
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

const { inhibit_rules: inhibitRules }: { readonly inhibit_rules: readonly InhibitRule[] } = parse(
  readText("stack/config/alertmanager/alertmanager.yml"),
);
const alerts = alertsOf(readRuleFiles());
const names = [...new Set(alerts.map(({ alert }) => alert))];
const asked = readTestFiles().flatMap(({ tests }) => tests.flatMap(({ alert_rule_test: some = [] }) => some));

/** Labels that are the severity, or hang on it. */
const ofSeverity = new Set(["severity", "component", "long_window", "short_window"]);

const severitiesOf = (name: string) =>
  new Set(alerts.filter(({ alert }) => alert === name).map(({ labels }) => labels?.["severity"]));
const explained = inhibitRules.filter(({ source_matchers: [first] }) => first === 'severity = "critical"');
const twice = names.filter((name) => severitiesOf(name).has("critical") && severitiesOf(name).has("warning"));

/** What its cases show of an alert, and what its expressions make. */
function labelsOf(name: string): readonly string[] {
  const expected = asked.filter(({ alertname }) => alertname === name).flatMap(({ exp_alerts: some = [] }) => some);
  const made = alerts.filter(({ alert }) => alert === name).flatMap(({ expr }) => readPromql(expr).madeLabels);
  const shown = expected.flatMap(({ exp_labels: labels = {} }) => Object.keys(labels));
  return [...new Set([...shown, ...made])].filter((label) => !ofSeverity.has(label));
}

describe("a critical alert hides the warning of the same thing alone", () => {
  test("there are such alerts, and two rules that do so", () => {
    expect(twice.length).toBeGreaterThan(5);
    expect(explained).toHaveLength(2);
  });

  test.each(twice)("%s: each label that tells two of them apart has to be equal", (name) => {
    const labels = ["alertname", ...labelsOf(name)];
    for (const { name: rule, equal = [] } of explained)
      expect(
        labels.filter((label) => !equal.includes(label)),
        rule,
      ).toEqual([]);
  });
});

test.each(inhibitRules)("$name: is about alerts that there are", ({ source_matchers: from, target_matchers: to }) => {
  const patterns = [...from, ...to].flatMap(
    (matcher) => /^alertname !?=~? "(.+)"$/.exec(matcher)?.[1]?.split("|") ?? [],
  );
  expect(patterns.filter((pattern) => !names.some((name) => new RegExp(`^(?:${pattern})$`).test(name)))).toEqual([]);
});

test("every alert that seems to miss something is explained by a Prometheus that takes nothing in", () => {
  const [target = ""] = inhibitRules
    .filter(({ source_matchers: [first] }) => first === 'alertname = "PrometheusNotIngesting"')
    .flatMap(({ target_matchers: matchers }) => matchers);
  const hidden = new RegExp(`^(?:${/"(.+)"/.exec(target)?.[1]})$`);
  // They ask for what was there and is no longer, or for targets that do not answer.
  const gone = alerts.filter(({ expr }) => /_over_time\(.+\bunless\b|\bup(\{[^}]*\})? == 0/s.test(expr));
  expect(gone.length).toBeGreaterThan(3);
  expect([...new Set(gone.map(({ alert }) => alert))].filter((name) => !hidden.test(name))).toEqual([]);
});
