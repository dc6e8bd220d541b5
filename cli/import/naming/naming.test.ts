import { expect, test } from "vitest";
import { readNaming, withoutUnit } from "./naming.ts";

test("a name with dots is a field of logs, one without is a label", () => {
  const { labels, fields } = readNaming({ map: ["service_name=app", "service.name=app"], dialect: undefined });
  expect([...labels]).toEqual([["service_name", "app"]]);
  expect([...fields]).toEqual([["service.name", "app"]]);
});

test.each([
  ["service_name", /expected two labels/],
  ["service_name=", /expected two labels/],
  ["service_name=a=b", /expected two labels/],
  ["service-name=app", /expected two labels/],
  ["service_name=app.name", /expected two labels/],
  ["__name__=x", /expected two labels/],
])("--map %s is refused", (map, hint) => {
  expect(() => readNaming({ map: [map], dialect: undefined })).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(hint), exitCode: 2 }),
  );
});

test("two labels that would become one are refused", () => {
  expect(() => readNaming({ map: ["a=c", "b=c"], dialect: undefined })).toThrow(/names c twice/);
  expect(() => readNaming({ map: ["a=b", "a=c"], dialect: undefined })).toThrow(/names a twice/);
});

test("a dialect that is not known is refused with those that are", () => {
  expect(() => readNaming({ map: [], dialect: "x" })).toThrow(
    expect.objectContaining({ hint: "expected one of obsbox, otel-exporter" }),
  );
});

test.each([
  ["http_server_request_duration_seconds_bucket", "http_server_request_duration_bucket"],
  ["nodejs_eventloop_time_seconds_total", "nodejs_eventloop_time_total"],
  ["nodejs_eventloop_delay_p99_seconds", "nodejs_eventloop_delay_p99"],
  ["v8js_memory_heap_used_bytes", "v8js_memory_heap_used"],
  ["process_cpu_seconds_total", "process_cpu_seconds_total"],
  ["obsbox_http_requests_total", "obsbox_http_requests_total"],
])("%s is %s without its unit", (metric, expected) => {
  expect(withoutUnit(metric)).toBe(expected);
});
