import { expect, test } from "vitest";
import { datadogTraces } from "./datadog.ts";
import { newRelicCollector } from "./new-relic.ts";
import { otlpTraces } from "./otlp.ts";
import { sentryEnvelopes } from "./sentry.ts";

test("spans of OTLP are counted over all resources and scopes", () => {
  const message = (field: number, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([field * 8 + 2, body.length]), body]);
  };
  const span = message(2, message(5, Buffer.from("GET /hello")));
  const resource = message(1, message(2, span, span), message(2, span));
  expect(otlpTraces.countSpans?.(Buffer.concat([resource, resource]), "/v1/traces")).toBe(6);
});

test("spans of Datadog are counted in both of its forms", () => {
  // Two traces, the first of two spans, the second of one.
  const traces = "929281a16101809180";
  expect(datadogTraces.countSpans?.(Buffer.from(traces, "hex"), "/v0.4/traces")).toBe(3);
  expect(datadogTraces.countSpans?.(Buffer.from(`9291a161${traces}`, "hex"), "/v0.5/traces")).toBe(3);
});

test("a transaction of Sentry is a span, and has those within it", () => {
  const lines = [{ dsn: "" }, { type: "transaction" }, { spans: [{}, {}] }, { type: "event" }, { message: "no" }];
  const body = Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(sentryEnvelopes.countSpans?.(body, "/api/1/envelope/")).toBe(3);
});

test("events of New Relic count when they are spans", () => {
  const url = (method: string) => `/agent_listener/invoke_raw_method?method=${method}&run_id=1`;
  const body = Buffer.from(JSON.stringify(["1", { reservoir_size: 2000, events_seen: 2 }, [{}, {}]]));
  const count = (method: string) => newRelicCollector.countSpans?.(body, url(method));
  expect([count("span_event_data"), count("analytic_event_data")]).toEqual([2, 0]);
});
