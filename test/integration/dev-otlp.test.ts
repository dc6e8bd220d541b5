import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectRaw } from "../helpers/raw-http.ts";
import { otlpSpan, startBox, traces } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

const mebibyte = 1024 ** 2;

let box: Box;
beforeAll(async () => {
  box = await startBox();
});
afterAll(() => box[Symbol.asyncDispose]());

function post(path: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Response> {
  return fetch(box.otlpUrl + path, {
    method: "POST",
    body: typeof body === "string" ? body : Buffer.from(body),
    headers,
  });
}

/** A request as OpenTelemetry's own exporter writes it. */
function protobufRequest(name: string, spans = 1): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer("test");
  for (let index = 0; index < spans; index++) tracer.startSpan(name, { attributes: { index } }).end();
  return ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans()) ?? new Uint8Array();
}

function kept(operation: string): Promise<unknown> {
  return waitFor(operation, async () => {
    const { traces: found } = await box.get<{ traces: unknown[] }>(`/api/traces?operation=${operation}`);
    return found.length > 0 && found;
  });
}

const protobuf = { "content-type": "application/x-protobuf" };
const json = { "content-type": "application/json" };

describe("takes", () => {
  test.each([
    ["protobuf", () => protobufRequest("by-protobuf"), protobuf],
    ["protobuf, compressed", () => gzipSync(protobufRequest("by-gzip")), { ...protobuf, "content-encoding": "gzip" }],
    [
      "JSON",
      () => JSON.stringify(traces([otlpSpan({ name: "by-json" })])),
      { "content-type": "application/json; charset=utf-8" },
    ],
  ])("%s, and answers in kind", async (_what, body, headers) => {
    const response = await post("/v1/traces", body(), headers);
    expect(response.status).toBe(200);
    expect(headers["content-type"]).toContain(response.headers.get("content-type"));
  });

  test("batches over one connection, also from senders that wait long between two", async () => {
    const response = await post("/v1/traces", protobufRequest("kept-open"), protobuf);
    const [, seconds] = /timeout=(\d+)/.exec(response.headers.get("keep-alive") ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  test("what it took is there", async () => {
    const found = await Promise.all(["by-protobuf", "by-gzip", "by-json"].map(kept));
    expect(found).toHaveLength(3);
  });

  test("spans without valid ids are refused by number, the others are kept", async () => {
    const spans = [otlpSpan({ name: "good-one" }), otlpSpan({ traceId: "00" }), otlpSpan({ spanId: "0".repeat(16) })];
    const response = await box.send("traces", traces(spans));
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: "2" } });
    await kept("good-one");
  });

  test("log records, under the level and trace that they bring", async () => {
    const traceId = "c".repeat(32);
    const record = {
      timeUnixNano: String(Date.now() * 1e6),
      severityNumber: 17,
      body: { stringValue: "by otlp" },
      traceId,
    };
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "logger" } }] };
    await box.send("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
    const [found] = await waitFor("the record", async () => {
      const all = await box.get<unknown[]>("/api/logs?text=otlp");
      return all.length > 0 && all;
    });
    expect(found).toMatchObject({ service: "logger", severity: 17, message: "by otlp", traceId });
  });

  test("metrics, under the names of Prometheus", async () => {
    const point = { timeUnixNano: String(Date.now() * 1e6), asInt: "5", attributes: [] };
    const sum = { isMonotonic: true, aggregationTemporality: 2, dataPoints: [point] };
    await box.send("metrics", {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "jobs.done", unit: "s", sum }] }] }],
    });
    const chart = await waitFor("the metric", () => box.get<{ type: string }>("/api/metrics/jobs_done_seconds"));
    expect(chart.type).toBe("counter");
  });
});

describe("refuses, and lives on:", () => {
  const whole = protobufRequest("whole", 20);
  const bomb = gzipSync(Buffer.alloc(64 * mebibyte));

  test.each<[string, string, Uint8Array | string, Record<string, string>, number]>([
    ["a body that is cut off", "/v1/traces", whole.subarray(0, whole.length - 7), protobuf, 400],
    ["random bytes", "/v1/traces", Buffer.from("f0f1f2f3f4f5f6f7f8f9", "hex"), protobuf, 400],
    ["a length beyond the end", "/v1/traces", Buffer.from("0affffffff0f", "hex"), protobuf, 400],
    ["messages without end in each other", "/v1/traces", nested(200), protobuf, 400],
    ["half of a JSON", "/v1/traces", '{"resourceSpans": [', json, 400],
    ["JSON that says it is protobuf", "/v1/traces", '{"resourceSpans":[]}', protobuf, 400],
    ["plain text", "/v1/traces", "hello", { "content-type": "text/plain" }, 415],
    ["an unknown compression", "/v1/traces", whole, { ...protobuf, "content-encoding": "br" }, 415],
    ["what is not gzip", "/v1/traces", whole, { ...protobuf, "content-encoding": "gzip" }, 400],
    ["a gzip bomb", "/v1/traces", bomb, { ...protobuf, "content-encoding": "gzip" }, 413],
    ["more than 20 MiB", "/v1/traces", Buffer.alloc(20 * mebibyte + 1), protobuf, 413],
    ["an unknown signal", "/v1/profiles", whole, protobuf, 404],
  ])("%s", async (_what, path, body, headers, status) => {
    const response = await post(path, body, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain("error");
    expect((await box.send("traces", traces([otlpSpan()]))).status).toBe(200);
  });

  test("a body that goes on for ever without a length", async () => {
    await using connection = await connectRaw(Number(new URL(box.otlpUrl).port));
    connection.write(
      "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    const chunk = `${mebibyte.toString(16)}\r\n${"x".repeat(mebibyte)}\r\n`;
    for (let sent = 0; sent < 24; sent++) connection.write(chunk);
    expect(await connection.until("error")).toMatch(/^HTTP\/1\.1 413 /);
    expect((await box.send("traces", traces([otlpSpan()]))).status).toBe(200);
  });

  test.each([
    ["lists that are none", { resourceSpans: { scopeSpans: 5 } }],
    [
      "values of wrong types",
      traces([
        otlpSpan({ name: 5, attributes: "x", startTimeUnixNano: {}, kind: "server", events: [null], links: [{}] }),
      ]),
    ],
    ["an end before the start", traces([otlpSpan({ endTimeUnixNano: "1" })])],
    ["keys of prototypes", traces([otlpSpan({ attributes: [{ key: "__proto__", value: { stringValue: "x" } }] })])],
  ])("%s are taken as absent", async (_what, content) => {
    expect((await box.send("traces", content)).status).toBe(200);
    const { traces: found } = await box.get<{ traces: unknown[] }>("/api/traces?limit=5");
    expect(found.length).toBeGreaterThan(0);
  });
});

/** A value within a value within a value. */
function nested(depth: number): Uint8Array {
  let value = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) value = Buffer.concat([field(5, field(1, value))]);
  return field(1, field(2, field(2, field(9, field(2, value)))));
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
