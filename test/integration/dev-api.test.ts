import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { otlpSpan, startBox, traces } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { waitFor } from "../helpers/wait-for.ts";

let box: Box;
beforeAll(async () => {
  box = await startBox();
});
afterAll(() => box[Symbol.asyncDispose]());

const now = Date.now();
const nanoseconds = (milliseconds: number) => `${Math.round(milliseconds * 1000)}000`;

function span(name: string, durationMs: number, more: object = {}): object {
  return otlpSpan({
    name,
    startTimeUnixNano: nanoseconds(now),
    endTimeUnixNano: nanoseconds(now + durationMs),
    ...more,
  });
}

function attribute(key: string, value: object): object {
  return { attributes: [{ key, value }] };
}

describe("traces", () => {
  beforeAll(async () => {
    await box.send("traces", traces([span("GET /slow", 900), span("GET /quick", 5)], "shop"));
    await box.send("traces", traces([span("POST /pay", 50, { status: { code: 2 } })], "bank"));
    await box.send(
      "traces",
      traces(
        [
          span("by text", 10, attribute("order.id", { stringValue: "A=7" })),
          span("by number", 10, attribute("http.response.status_code", { intValue: "418" })),
          span('by odd key"', 10, attribute('odd "key" $', { boolValue: true })),
        ],
        "attributes",
      ),
    );
  });

  test.each([
    ["service=shop", ["GET /quick", "GET /slow"]],
    ["operation=/SLOW", ["GET /slow"]],
    ["minMs=500", ["GET /slow"]],
    ["service=shop&maxMs=500", ["GET /quick"]],
    ["errors=true", ["POST /pay"]],
    ["attribute=order.id=A=7", ["by text"]],
    ["attribute=http.response.status_code=418", ["by number"]],
    [`attribute=${encodeURIComponent('odd "key" $=1')}`, ['by odd key"']],
    ["service=nobody", []],
    [`service=${encodeURIComponent("' OR 1=1 --")}`, []],
  ])("are found by %s", async (query, names) => {
    const { traces: found } = await box.get<{ traces: { operation: string }[] }>(`/api/traces?${query}`);
    expect(found.map(({ operation }) => operation).toSorted()).toEqual(names);
  });

  test("that are not there are 404", async () => {
    await expect(box.get("/api/traces/0123456789abcdef0123456789abcdef")).rejects.toThrow("404");
  });

  test.each(["minMs=soon", "minutes=-1", "limit=x"])("a wrong %s is named", async (query) => {
    await expect(box.get(`/api/traces?${query}`)).rejects.toThrow(/400: .*expected a number/);
  });
});

describe("services", () => {
  test("have their rate, errors and percentiles, and are told apart by name", async () => {
    const durations = Array.from({ length: 100 }, (_, index) => index + 1);
    await box.send(
      "traces",
      traces(
        durations.map((ms) => span("GET /", ms, { status: { code: ms > 90 ? 2 : 0 } })),
        "counted",
      ),
    );
    const services = await box.get<Record<string, number | string>[]>("/api/services");
    const counted = services.find(({ name }) => name === "counted");
    expect(counted).toMatchObject({ requests: 100, errorRatio: 0.1 });
    for (const [name, expected] of [
      ["p50Ms", 50],
      ["p95Ms", 95],
      ["p99Ms", 99],
    ] as const) {
      expect(Number(counted?.[name]) / expected).toBeCloseTo(1, 1);
    }
  });

  test("know whom they call", async () => {
    const traceId = "e".repeat(32);
    const call = span("POST", 5, { traceId, spanId: "1".repeat(16), kind: 3 });
    const answer = span("POST /x", 4, {
      traceId,
      spanId: "2".repeat(16),
      parentSpanId: "1".repeat(16),
      status: { code: 2 },
    });
    await box.send("traces", traces([answer], "callee")); // The one that is called sends first.
    await box.send("traces", traces([call], "caller"));
    const edges = await box.get("/api/service-map");
    expect(edges).toEqual([{ from: "caller", to: "callee", calls: 1, errors: 1 }]);
  });
});

describe("logs", () => {
  const record = (text: string, severityNumber: number, more: object = {}) => ({
    timeUnixNano: nanoseconds(now),
    severityNumber,
    body: { stringValue: text },
    ...more,
  });
  const send = (service: string, records: object[]) =>
    box.send("logs", {
      resourceLogs: [
        { resource: attribute("service.name", { stringValue: service }), scopeLogs: [{ logRecords: records }] },
      ],
    });

  beforeAll(async () => {
    await send("shop", [
      record("Payment failed: connection refused", 17),
      record("payment accepted for order-1234", 9),
      record('quotes " and AND OR NOT * ( words', 9),
      record("cart emptied", 5, attribute("user", { stringValue: "Änne Müller" })),
    ]);
    await send("bank", [record("payment booked", 9, { traceId: "f".repeat(32) })]);
  });

  test.each([
    ["text=payment", ["Payment failed: connection refused", "payment accepted for order-1234", "payment booked"]],
    ["text=pay+fail", ["Payment failed: connection refused"]],
    ["text=order-12", ["payment accepted for order-1234"]],
    ["text=muller", ["cart emptied"]],
    [`text=${encodeURIComponent('" AND (')}`, ['quotes " and AND OR NOT * ( words']],
    [`text=${encodeURIComponent('quotes" OR *')}`, ['quotes " and AND OR NOT * ( words']],
    ["text=payment&service=bank", ["payment booked"]],
    ["text=payment&level=error", ["Payment failed: connection refused"]],
    ["service=shop&level=warn", ["Payment failed: connection refused"]],
    [`trace=${"f".repeat(32)}`, ["payment booked"]],
    ["text=nothing-like-this", []],
  ])("are found by %s", async (query, messages) => {
    const found = await box.get<{ message: string }[]>(`/api/logs?${query}`);
    expect(found.map(({ message }) => message).toSorted()).toEqual(messages.toSorted());
  });

  test("come page by page, the newest first", async () => {
    const all = await box.get<{ id: number }[]>("/api/logs");
    const first = await box.get<{ id: number }[]>("/api/logs?limit=2");
    const second = await box.get<{ id: number }[]>(`/api/logs?limit=2&before=${first.at(-1)?.id}`);
    expect([...first, ...second].map(({ id }) => id)).toEqual(all.slice(0, 4).map(({ id }) => id));
  });

  test("are told as they come, as far as they fit", async () => {
    const stop = new AbortController();
    const response = await fetch(`${box.url}/api/logs/tail?service=live&level=warn`, { signal: stop.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const heard: string[] = [];
    const listening = listen(response, heard).catch(() => {});
    await send("live", [record("too fine", 9), record("loud enough", 17)]);
    await send("other", [record("of another", 17)]);
    await waitFor("the line", () => heard.length > 0);
    stop.abort();
    await listening;
    expect(heard).toEqual(["loud enough"]);
  });
});

describe("metrics", () => {
  const point = (secondsAgo: number, fields: object) => ({
    timeUnixNano: nanoseconds(now - secondsAgo * 1000),
    ...fields,
  });
  const send = (metric: object) =>
    box.send("metrics", {
      resourceMetrics: [
        { resource: attribute("service.name", { stringValue: "shop" }), scopeMetrics: [{ metrics: [metric] }] },
      ],
    });
  const chart = (path: string) =>
    box.get<{ timesUs: number[]; lines: { label: string; values: (number | null)[] }[]; labels: string[] }>(
      `/api/metrics/${path}&fromUs=${(now - 60_000) * 1000}&toUs=${now * 1000}`,
    );

  test("of a counter are shown as a rate, also over a restart", async () => {
    const values = [100, 110, 120, 5, 15, 25, 35]; // Every ten seconds; the process starts anew in between.
    const dataPoints = values.map((value, index) =>
      point(60 - index * 10, { asDouble: value, ...attribute("kind", { stringValue: "web" }) }),
    );
    await send({ name: "jobs", sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints } });
    const { lines } = await chart("jobs?group=kind");
    expect(lines.map(({ label }) => label)).toEqual(["web"]);
    const rates = lines[0]?.values.filter((value) => value !== null) ?? [];
    expect(rates.at(-1)).toBeCloseTo(1);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
  });

  test("of a histogram are shown as the percentile that Prometheus would give", async () => {
    const dataPoints = [0, 1, 2, 3, 4, 5, 6].map((step) =>
      point(60 - step * 10, {
        count: String(100 * step),
        sum: 1,
        bucketCounts: [80, 15, 5, 0].map((count) => String(count * step)),
        explicitBounds: [0.1, 0.5, 1],
      }),
    );
    await send({ name: "wait", unit: "s", histogram: { aggregationTemporality: 2, dataPoints } });
    for (const [statistic, expected] of [
      ["p50", 0.0625],
      ["p95", 0.5],
      ["p99", 0.9],
    ] as const) {
      const { lines } = await chart(`wait_seconds?statistic=${statistic}`);
      expect(lines[0]?.values.at(-1)).toBeCloseTo(expected);
    }
    const { lines } = await chart("wait_seconds?statistic=rate");
    expect(lines[0]?.values.at(-1)).toBeCloseTo(10);
  });

  test("of a gauge show every series, or the mean of a group", async () => {
    const dataPoints = [
      ["a", 1],
      ["b", 3],
    ].map(([name, value]) => point(1, { asDouble: value, ...attribute("queue", { stringValue: name }) }));
    await send({ name: "depth", gauge: { dataPoints } });
    expect((await chart("depth?x=1")).lines.map(({ label, values }) => [label, values.at(-1)])).toEqual([
      ["queue=a", 1],
      ["queue=b", 3],
    ]);
    expect((await chart("depth?group=none")).lines.map(({ values }) => values.at(-1))).toEqual([2]);
  });

  test("that are not there are 404", async () => {
    await expect(box.get("/api/metrics/unknown")).rejects.toThrow("404");
  });
});

async function listen(response: Response, heard: string[]): Promise<void> {
  if (response.body === null) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    for (const [, data] of chunk.matchAll(/^data: (.*)$/gm)) {
      const { records }: { records: { message: string }[] } = JSON.parse(data ?? "");
      heard.push(...records.map(({ message }) => message));
    }
  }
}
