import { describe, expect, test } from "vitest";
import { parseLine } from "./parse.ts";

const source = { service: "app.js", stream: "stdout" } as const;
const at = "2026-01-02T03:04:05.678Z";
const atUs = Date.parse(at) * 1000;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

function parse(fields: object) {
  return parseLine({ text: JSON.stringify(fields) }, source);
}

test("a line in ECS gives everything that OpenTelemetry has a place for, and keeps the rest", () => {
  const record = parse({
    "@timestamp": at,
    "log.level": "warn",
    message: "slow",
    "ecs.version": "9.0.0",
    "service.name": "shop",
    "service.version": "1.2.3",
    "service.environment": "test",
    "service.node.name": "shop-1",
    "trace.id": traceId,
    "span.id": spanId,
    "event.dataset": "shop",
    order: { id: 7 },
  });
  expect(record).toEqual({
    resource: {
      "service.name": "shop",
      "service.version": "1.2.3",
      "deployment.environment.name": "test",
      "service.instance.id": "shop-1",
    },
    timeUs: atUs,
    severity: 13,
    message: "slow",
    traceId,
    spanId,
    attributes: { order: { id: 7 } },
  });
});

test.each([
  ["pino", { level: 50, time: Date.parse(at), msg: "no", pid: 1, trace_id: traceId, span_id: spanId }, { pid: 1 }],
  ["pino with times in seconds", { level: 50, time: Date.parse(at) / 1000, msg: "no", pid: 1 }, { pid: 1 }],
  ["winston", { level: "error", timestamp: at, message: "no", traceId, spanId }, {}],
  ["bunyan", { v: 0, level: 50, time: at, msg: "no", hostname: "h" }, { v: 0, hostname: "h" }],
])("a line of %s is read, under the name of the program", (_logger, fields, attributes) => {
  const record = parse(fields);
  expect(record).toMatchObject({ timeUs: atUs, severity: 17, message: "no", attributes });
  expect(record?.resource).toEqual({ "service.name": "app.js" });
  expect(record?.attributes).toEqual(attributes);
  expect([record?.traceId, record?.spanId]).toEqual(
    JSON.stringify(fields).includes(traceId) ? [traceId, spanId] : [null, null],
  );
});

test.each([
  ["stdout", 9],
  ["stderr", 17],
] as const)("plain text of %s has severity %i and no colours", (stream, severity) => {
  const record = parseLine({ text: "\u001b[1;32mdone\u001b[0m in 5 s" }, { service: "app.js", stream });
  expect(record).toMatchObject({ severity, message: "done in 5 s", attributes: { stream }, traceId: null });
});

test.each(["", "   ", "\t"])("%j is no record", (text) => {
  expect(parseLine({ text }, source)).toBeUndefined();
});

test.each(["{", '{"a":1', "[1,2]", '"text"', "null", "5"])("%j is plain text", (text) => {
  expect(parseLine({ text }, source)).toMatchObject({ message: text, attributes: { stream: "stdout" } });
});

test("a line that was cut says how long it was", () => {
  expect(parseLine({ text: '{"msg":"xx', originalBytes: 100_000 }, source)?.attributes).toEqual({
    stream: "stdout",
    "log.truncated": true,
    "log.original_bytes": 100_000,
  });
});

describe("fields with values that they cannot have", () => {
  test.each([null, "soon", -5, 0, {}, true, 1e300, 1.7e18])("the time %j counts as now", (time) => {
    const before = Date.now() * 1000;
    const timeUs = parse({ msg: "a", time })?.timeUs ?? 0;
    expect(timeUs).toBeGreaterThanOrEqual(before);
    expect(timeUs).toBeLessThanOrEqual(Date.now() * 1000);
  });

  test.each(["", "xyz", traceId.toUpperCase(), `${traceId}0`, 5, null])("the trace id %j counts as absent", (id) => {
    expect(parse({ msg: "a", "trace.id": id })?.traceId).toBeNull();
  });

  test("a message that is no text is shown as JSON, a line without one as a whole", () => {
    expect(parse({ msg: { a: 1 } })?.message).toBe('{"a":1}');
    expect(parse({ msg: 5 })?.message).toBe("5");
    expect(parse({ a: 1 })?.message).toBe('{"a":1}');
  });

  test("a field named as a prototype is a field", () => {
    const record = parseLine({ text: '{"msg":"a","__proto__":{"polluted":1},"constructor":2}' }, source);
    expect(Object.keys(record?.attributes ?? {})).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("lines of one process share one resource, so that it is looked up once", () => {
  const fields = { msg: "a", "service.name": "shop", "service.version": "1" };
  expect(parse(fields)?.resource).toBe(parse({ ...fields, msg: "b" })?.resource);
});
