import { expect, test } from "vitest";
import { renameExpression } from "./expression.ts";
import { readNaming } from "./naming.ts";

const naming = readNaming({
  map: ["service_name=app", "http_route=service_name", "le=bound"],
  dialect: "otel-exporter",
});

test.each([
  ["a matcher", 'up{service_name="a"}', 'up{app="a"}'],
  ["both of two that swap", 'x{service_name="a",http_route="b"}', 'x{app="a",service_name="b"}'],
  ["what is grouped by", "sum by (service_name, le) (x)", "sum by (app, bound) (x)"],
  ["what is left out", "sum without (service_name) (x)", "sum without (app) (x)"],
  ["what is joined on", "a * on (service_name) group_left (http_route) b", "a * on (app) group_left (service_name) b"],
  [
    "arguments of label_replace",
    'label_replace(up, "service_name", "$1", "http_route", "(service_name.*)")',
    'label_replace(up, "app", "$1", "service_name", "(service_name.*)")',
  ],
  [
    "arguments of label_join",
    'label_join(up, "x", "-", "service_name", "le")',
    'label_join(up, "x", "-", "app", "bound")',
  ],
  ["the label that is counted", 'count_values("service_name", x)', 'count_values("app", x)'],
  [
    "metrics without units",
    "rate(http_server_request_duration_seconds_bucket[5m]) + nodejs_eventloop_utilization_ratio",
    "rate(http_server_request_duration_bucket[5m]) + nodejs_eventloop_utilization",
  ],
  [
    "expressions with variables",
    'sum by (service_name) (rate(v8js_gc_duration_seconds_sum{service_name=~"$service|${more:regex}"}[$__rate_interval]))',
    'sum by (app) (rate(v8js_gc_duration_sum{app=~"$service|${more:regex}"}[$__rate_interval]))',
  ],
  ["values, never", 'x{other="service_name"}', 'x{other="service_name"}'],
  ["metrics of others, never", "service_name + node_memory_MemFree_bytes", "service_name + node_memory_MemFree_bytes"],
])("%s: %s", (_what, given, expected) => {
  expect(renameExpression(given, naming)).toBe(expected);
});

test("what does not parse is refused", () => {
  expect(() => renameExpression("sum(", naming)).toThrow(/does not parse/);
});
