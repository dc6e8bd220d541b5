import express from "express";
import { once } from "node:events";
import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logger, metrics, recordError, traced, withSpan } from "@obsbox/sdk";
import { expressErrorHandler, metricsHandler } from "@obsbox/sdk/express";
import { startRecording } from "@obsbox/sdk/testing";
import type { RecordedTelemetry } from "@obsbox/sdk/testing";
import { portOf } from "../../stack/embedded/http/server.ts";

let telemetry: RecordedTelemetry;

beforeEach(() => {
  telemetry = startRecording({ serviceName: "under-test" });
});
afterEach(() => telemetry.shutdown());

test("spans, log lines and metrics of a service can be looked at", async () => {
  const placeOrder = traced("place order", async (amount: number) => {
    logger.info({ amount }, "placed");
    metrics.counter("orders.placed").add(1, { kind: "web" });
    return amount;
  });
  expect(await placeOrder(12)).toBe(12);
  expect(telemetry.span("place order")).toMatchObject({ kind: "internal", isError: false, parentId: undefined });
  const { traceId } = telemetry.span("place order");
  expect(telemetry.logs()).toMatchObject([{ message: "placed", "labels.amount": 12, "trace.id": traceId }]);
  expect(await telemetry.value("orders_placed_total", { kind: "web" })).toBe(1);
  expect(await telemetry.value("orders_placed_total", { kind: "shop" })).toBeUndefined();
});

test("a span that is not there is named with those that are", () => {
  withSpan("one", () => {});
  expect(() => telemetry.span("two")).toThrow("no span is called two; there are: one");
});

test("recording can be started again after it was stopped", async () => {
  await telemetry.shutdown();
  telemetry = startRecording();
  withSpan("again", () => {});
  expect(telemetry.span("again").isError).toBe(false);
});

describe("withSpan", () => {
  test("passes on what the function returns, sync and async", async () => {
    expect(withSpan("sync", () => 1)).toBe(1);
    await expect(withSpan("async", async () => 2)).resolves.toBe(2);
    expect(telemetry.spans().map(({ name }) => name)).toEqual(["sync", "async"]);
  });

  test("records an error, marks the span and passes the error on", async () => {
    const error = new TypeError("no");
    expect(() => withSpan("sync", () => { throw error; })).toThrow(error); // prettier-ignore
    await expect(withSpan("async", () => Promise.reject(error))).rejects.toBe(error);
    for (const name of ["sync", "async"]) {
      expect(telemetry.span(name)).toMatchObject({
        isError: true,
        events: ["exception"],
        attributes: { "error.type": "TypeError" },
      });
    }
  });

  test("nests, also over timers and promises", async () => {
    await withSpan("outer", async () => {
      await new Promise((resolve) => void setTimeout(resolve, 1));
      withSpan("inner", { kind: "producer", attributes: { n: 1 } }, () => recordError(new Error("noted")));
    });
    const { spanId, traceId } = telemetry.span("outer");
    expect(telemetry.span("inner")).toMatchObject({ parentId: spanId, traceId, kind: "producer", isError: true });
  });
});

describe("@obsbox/sdk/express", () => {
  let server: Server;
  let base: string;

  beforeEach(async () => {
    const app = express();
    app.set("env", "test"); // Express itself stays silent.
    app.get("/boom", () => {
      throw new Error("out of order");
    });
    app.get("/teapot", (_request, _response, next) =>
      next(Object.assign(new Error("short and stout"), { status: 418 })),
    );
    app.get("/metrics", metricsHandler());
    app.use(expressErrorHandler());
    server = app.listen(0);
    await once(server, "listening");
    base = `http://127.0.0.1:${portOf(server)}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test("expressErrorHandler logs a failed request once, with its stack and trace, and passes the error on", async () => {
    expect((await fetch(`${base}/boom`)).status).toBe(500);
    const span = telemetry.span("GET /boom");
    expect(span).toMatchObject({ isError: true, events: ["exception"] });
    const errors = telemetry.logs().filter((line) => line["error.type"] !== undefined);
    expect(errors).toMatchObject([
      { message: "request failed: out of order", "trace.id": span.traceId, "log.level": "error" },
    ]);
  });

  test("errors of the client pass in silence", async () => {
    expect((await fetch(`${base}/teapot`)).status).toBe(418);
    expect(telemetry.logs().filter((line) => line["error.type"] !== undefined)).toEqual([]);
    expect(telemetry.span("GET /teapot").isError).toBe(false);
  });

  test("metricsHandler answers with the metrics of the service", async () => {
    await fetch(`${base}/boom`);
    const response = await fetch(`${base}/metrics`);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toContain('http_route="/boom"');
  });
});
