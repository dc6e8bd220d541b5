import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ourNaming, readNaming } from "./naming/naming.ts";
import { alertsOf, readTopics, rulesText } from "./rules.ts";

const files = {
  "services.yml": `groups:
  - name: services
    interval: 30s
    rules:
      - record: service:x:rate5m
        expr: sum by (service_name) (rate(x_total[5m]))
      - alert: ServiceBad
        expr: service:x:rate5m{service_name!=""} > 1
        labels: { severity: warning, service_name: fixed }
        annotations: { summary: "{{ $labels.service_name }} is bad", dashboard_path: "/grafana/d/x" }
      - alert: ServiceWorse
        expr: service:x:rate5m > 2
`,
  "services.test.yml": "rule_files: [services.yml]\n",
  "slos.yml": "slos: []\n",
  "slo.rules.yml": "groups: [{ name: slo, rules: [{ alert: Burn, expr: up == 0 }] }]\n",
  "kubernetes.yml": "groups: [{ name: kubernetes, rules: [{ alert: PodBad, expr: up == 0 }] }]\n",
};
const folder = mkdtempSync(join(tmpdir(), "obsbox-rules-"));
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

const all = { topics: [], only: [], naming: ourNaming, places: new Map<string, string>() };

test("every file of rules is a topic; tests and lists of SLOs are none, and Kubernetes must be asked for", () => {
  expect(readTopics(all, folder).map(({ name }) => name)).toEqual(["services", "slo"]);
  expect(readTopics({ ...all, topics: ["kubernetes"] }, folder).map(({ name }) => name)).toEqual(["kubernetes"]);
});

test("written down again, the groups are the same", () => {
  const [services] = readTopics(all, folder);
  expect(parse(rulesText(services?.groups ?? []))).toEqual(parse(files["services.yml"]));
});

test("labels and texts have their other names", () => {
  const [services] = readTopics(
    { ...all, naming: readNaming({ map: ["service_name=app"], dialect: undefined }) },
    folder,
  );
  expect(services?.groups[0]?.rules[1]).toEqual({
    alert: "ServiceBad",
    expr: 'service:x:rate5m{app!=""} > 1',
    labels: { severity: "warning", app: "fixed" },
    annotations: { summary: "{{ $labels.app }} is bad", dashboard_path: "/grafana/d/x" },
  });
});

test("of some alerts, what they may need is kept and other topics are left out", () => {
  const topics = readTopics({ ...all, only: ["ServiceWorse"] }, folder);
  expect(topics.map((topic) => [topic.name, alertsOf(topic)])).toEqual([["services", ["ServiceWorse"]]]);
  expect(topics[0]?.groups[0]?.rules).toHaveLength(2);
});

test.each([
  [{ topics: ["nothing"] }, /--topics: there is no "nothing"/],
  [{ only: ["PodBad"] }, /--only: there is no "PodBad"/],
])("%j is refused", (choice, message) => {
  expect(() => readTopics({ ...all, ...choice }, folder)).toThrow(message);
});
