import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseFormat, classicText, openMetrics, writeFamilies } from "./exposition.ts";
import type { Family } from "./families.ts";

const families: Family[] = [
  {
    name: "orders",
    type: "counter",
    unit: "",
    help: 'Say "when" \\ or\nnot',
    samples: [{ suffix: "_total", labels: 'kind="web"', value: 3 }],
  },
  {
    name: "wait_seconds",
    type: "histogram",
    unit: "s",
    help: "Time in the queue",
    samples: [
      {
        suffix: "_bucket",
        labels: 'le="0.5"',
        value: 1,
        exemplar: { labels: 'trace_id="a1"', value: 0.25, timeMs: 1_700_000_000_123 },
      },
      { suffix: "_bucket", labels: 'le="+Inf"', value: 2, exemplar: { labels: "", value: 7 } },
      { suffix: "_count", labels: "", value: 2 },
      { suffix: "_sum", labels: "", value: 7.25 },
    ],
  },
  { name: "target", type: "info", unit: "", help: "Who", samples: [{ suffix: "_info", labels: 'a="b"', value: 1 }] },
  { name: "old", type: "unknown", unit: "By", help: "", samples: [{ suffix: "", labels: "", value: -0 }] },
];

test("OpenMetrics has units, exemplars and an end", async () => {
  expect(await writeFamilies(families, openMetrics)).toBe(
    [
      "# TYPE orders counter",
      String.raw`# HELP orders Say \"when\" \\ or\nnot`,
      'orders_total{kind="web"} 3',
      "# TYPE wait_seconds histogram",
      "# UNIT wait_seconds seconds",
      "# HELP wait_seconds Time in the queue",
      'wait_seconds_bucket{le="0.5"} 1 # {trace_id="a1"} 0.25 1700000000.123',
      'wait_seconds_bucket{le="+Inf"} 2 # {} 7',
      "wait_seconds_count 2",
      "wait_seconds_sum 7.25",
      "# TYPE target info",
      "# HELP target Who",
      'target_info{a="b"} 1',
      "# TYPE old unknown",
      "# HELP old ",
      "old 0",
      "# EOF",
      "",
    ].join("\n"),
  );
});

test("the classic text has the full name in its headers, and no more than Prometheus 0.0.4 knows", async () => {
  expect(await writeFamilies(families, classicText)).toBe(
    [
      String.raw`# HELP orders_total Say "when" \\ or\nnot`,
      "# TYPE orders_total counter",
      'orders_total{kind="web"} 3',
      "# HELP wait_seconds Time in the queue",
      "# TYPE wait_seconds histogram",
      'wait_seconds_bucket{le="0.5"} 1',
      'wait_seconds_bucket{le="+Inf"} 2',
      "wait_seconds_count 2",
      "wait_seconds_sum 7.25",
      "# HELP target_info Who",
      "# TYPE target_info gauge",
      'target_info{a="b"} 1',
      "# HELP old ",
      "# TYPE old untyped",
      "old 0",
      "",
    ].join("\n"),
  );
});

const gauge = (help: string, value = 1): Family[] => [
  { name: "g", type: "gauge", unit: "", help, samples: [{ suffix: "", labels: "", value }] },
];

describe.each([
  ["OpenMetrics", openMetrics, /\\([\\n"])/g],
  ["the classic text", classicText, /\\([\\n])/g],
])("in %s", (_name, format, escapes) => {
  test("every help comes back as it was, from one line", async () => {
    const help = fc.string({ unit: fc.constantFrom("\\", '"', "\n", "n", " ", "é") });
    await fc.assert(
      fc.asyncProperty(help, async (given) => {
        const written = /^# HELP g (.*)$/m.exec(await writeFamilies(gauge(given), format))?.[1] ?? "";
        const read = written.replace(escapes, (_all, escaped: string) => (escaped === "n" ? "\n" : escaped));
        expect(read).toBe(given);
      }),
    );
  });

  test("every value comes back as it was", async () => {
    const names = new Map([
      ["+Inf", Infinity],
      ["-Inf", -Infinity],
    ]);
    await fc.assert(
      fc.asyncProperty(fc.double(), async (given) => {
        const written = /^g (\S+)$/m.exec(await writeFamilies(gauge("", given), format))?.[1] ?? "";
        expect(names.get(written) ?? Number(written)).toBe(given === 0 ? 0 : given);
      }),
    );
  });
});

test("the event loop has a turn within many samples", async () => {
  const samples = Array.from({ length: 5000 }, () => ({ suffix: "", labels: "", value: 1 }));
  const order: string[] = [];
  const written = writeFamilies([{ ...gauge("many")[0], samples } as Family], classicText).then(() =>
    order.push("text"),
  );
  setImmediate(() => order.push("turn"));
  await written;
  expect(order).toEqual(["turn", "text"]);
});

describe("the format", () => {
  test.each([
    [undefined, classicText],
    ["", classicText],
    ["*/*", classicText],
    ["text/plain;version=0.0.4", classicText],
    ["application/openmetrics-text", openMetrics],
    ["text/html, application/openmetrics-text;version=1.0.0;q=0.5 , text/plain;q=0.4", openMetrics],
    ["application/openmetrics-text;q=0.5,text/plain;q=0.5", openMetrics],
    ["application/openmetrics-text;q=0.5,text/plain", classicText],
    ["application/openmetrics-text;q=0", classicText],
    ["application/openmetrics-text;q=.", classicText],
    ["Application/OpenMetrics-Text; Q=0.8", openMetrics],
  ])("for Accept: %s is one that the client takes", (accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });
});
