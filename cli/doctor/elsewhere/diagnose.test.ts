import { describe, expect, test } from "vitest";
import { sampleDashboard } from "../../../test/fixtures/sample-dashboard.ts";
import { adviceFor } from "./advice.ts";
import { diagnose, metricsOf } from "./diagnose.ts";
import { alertsPage, dashboardPage, recordedBy } from "./questions.ts";
import type { Page } from "./questions.ts";

const page = (...expressions: readonly string[]): Page => ({
  kind: "dashboard",
  name: "page",
  items: [{ title: "panel", expressions, variables: [] }],
  variables: [],
  others: 0,
});
const inventoryOf = (series: Readonly<Record<string, readonly string[]>>, jobs: readonly string[] = []) => ({
  metrics: new Set(Object.keys(series)),
  labels: new Map(Object.entries(series).map(([metric, labels]) => [metric, new Set(labels)])),
  jobs: new Set(jobs),
});
const inventory = inventoryOf(
  {
    node_load1: ["instance", "job"],
    http_server_request_duration_bucket: ["le", "service_name"],
    up: ["job", "instance"],
    nodejs_version_info: ["app"],
    otel_sdk_processor_span_processed_total: ["app"],
  },
  ["node"],
);
const reasonsFor = (...expressions: readonly string[]) =>
  diagnose(page(...expressions), { inventory, recorded: new Map() }).empty.flatMap(({ reasons }) => reasons);

describe("a panel has no data", () => {
  test.each([
    ["a metric that is not there", "node_load5", { kind: "metric", metric: "node_load5" }],
    [
      "a metric that is there without its unit",
      "rate(http_server_request_duration_seconds_bucket[5m])",
      {
        kind: "dialect",
        metric: "http_server_request_duration_seconds_bucket",
        there: "http_server_request_duration_bucket",
      },
    ],
    [
      "a label that is not there",
      'nodejs_version_info{service_name="$service"}',
      { kind: "label", metric: "nodejs_version_info", label: "service_name" },
    ],
    ["a job with another name", 'up{job="nodes"}', { kind: "job", metric: "up", value: "nodes" }],
    ["jobs with other names", 'up{job=~"nodes|hosts"}', { kind: "job", metric: "up", value: "nodes|hosts" }],
  ])("because of %s", (_why, expr, reason) => {
    expect(reasonsFor(expr)).toEqual([reason]);
  });

  test.each([
    ["a label may be empty", 'nodejs_version_info{service_version=~"$version",service_name=~".*"}'],
    ["a label is there only after an error", 'otel_sdk_processor_span_processed_total{error_type!=""}'],
    ["alerts are series only while there are any", "ALERTS"],
    ["one of the jobs is there", 'up{job=~"node|hosts"}'],
    ["the user names the metric", "rate($metric[5m])"],
  ])("not where %s", (_why, expr) => {
    expect(reasonsFor(expr)).toEqual([]);
  });

  test("only when none of its queries has any", () => {
    expect(reasonsFor("node_load5", "node_load1")).toEqual([]);
    expect(reasonsFor("node_load5", "node_load15")).toHaveLength(2);
  });
});

test("a page about one service has no data where no service can be chosen", () => {
  const known = {
    inventory: inventoryOf({ x_total: ["app"], y: ["service_name"] }),
    recorded: new Map<string, string>(),
  };
  const { empty, others, count } = diagnose(dashboardPage(sampleDashboardPage), known);
  expect([count, others]).toEqual([2, 1]);
  expect(empty).toEqual([{ title: "service_name, in words", reasons: [{ kind: "metric", metric: "target_info" }] }]);
});

const sampleDashboardPage = {
  uid: "obsbox-services-sample",
  title: "Sample",
  area: "services",
  areaTitle: "Services",
  model: sampleDashboard,
};

test("what a rule records is there when what it is made of is there", () => {
  const topic = {
    name: "slo",
    groups: [
      {
        name: "slo",
        settings: {},
        rules: [
          { record: "a:load:rate5m", expr: "node_load1" },
          { record: "b:load:rate5m", expr: "node_load5" },
          { alert: "Good", expr: "a:load:rate5m > 1" },
          { alert: "Never", expr: "b:load:rate5m > 1" },
          { alert: "AtOnce", expr: "absent(node_load5)" },
        ],
      },
    ],
  };
  const recorded = recordedBy([topic]);
  const alerts = alertsPage(topic);
  const { empty, firing } = diagnose(alerts, { inventory, recorded });
  expect([empty.map(({ title }) => title), firing.map(({ title }) => title)]).toEqual([["Never"], ["AtOnce"]]);
  expect(metricsOf([alerts], recorded)).toEqual(["a:load:rate5m", "b:load:rate5m", "node_load5", "node_load1"]);
});

test("what to do stands once for each cause, that with the most effect first", () => {
  const pages = [
    page("container_last_seen"),
    page('nodejs_version_info{service_name="a"}'),
    page("container_memory_rss"),
    page("node_load5"),
  ];
  const diagnoses = pages.map((one) => diagnose(one, { inventory, recorded: new Map() }));
  expect(adviceFor(diagnoses, inventory)).toEqual([
    {
      what: "metrics of cAdvisor are not there",
      remedy: expect.any(String),
      panels: 2,
      alerts: 0,
      missing: ["container_last_seen", "container_memory_rss"],
    },
    {
      what: "metrics are there, but without the label service_name",
      remedy: "if app says it there, import with --map service_name=app",
      panels: 1,
      alerts: 0,
      missing: ["nodejs_version_info"],
    },
    expect.objectContaining({ what: "some metrics of node_exporter are not there", missing: ["node_load5"] }),
  ]);
});
