import { expect, test } from "vitest";
import { problemsIn } from "../start/reload.ts";
import { parseLine } from "./logs.ts";

test("a checker's complaints name the file in the box", () => {
  const output = [
    "Checking /etc/prometheus/prometheus.yml",
    " SUCCESS: /etc/prometheus/prometheus.yml is valid prometheus config file syntax",
    "",
    "Checking /etc/obsbox/rules/bad.yml",
    "  FAILED:",
    '/etc/obsbox/rules/bad.yml: 5:11: group "x", rule 1, "A": could not parse expression',
  ].join("\n");
  expect(problemsIn(output, { custom: ["/etc/obsbox/", "custom/prometheus/"] })).toEqual([
    "FAILED:",
    'custom/prometheus/rules/bad.yml: 5:11: group "x", rule 1, "A": could not parse expression',
  ]);
});

test("what Alertmanager's checker says in the line of its progress is a complaint too", () => {
  const output = [
    "Checking '/run/alertmanager/candidate.yml'  FAILED: undefined receiver \"x\" used in route",
    "amtool: error: failed to validate 1 file(s)",
  ].join("\n");
  expect(
    problemsIn(output, { custom: ["/run/alertmanager/candidate.yml", "custom/alertmanager/receivers.yml"] }),
  ).toEqual(["Checking 'custom/alertmanager/receivers.yml'  FAILED: undefined receiver \"x\" used in route"]);
});

test.each([
  [
    "grafana-1  | 2026-01-31T08:00:00.000000000Z hello | you",
    "grafana",
    "2026-01-31T08:00:00.000000000Z",
    "hello | you",
  ],
  ["blackbox-exporter-1  | ready", "blackbox-exporter", undefined, "ready"],
  ["auth-1  | 2026-01-31T08:00:00Z", "auth", "2026-01-31T08:00:00Z", ""],
  ["no container", "", undefined, "no container"],
])("the line %j", (text, component, time, line) => {
  expect(parseLine(text)).toEqual({ component, time, line });
});
