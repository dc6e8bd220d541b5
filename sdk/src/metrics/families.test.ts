import type { Attributes } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationType, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import type { ViewOptions } from "@opentelemetry/sdk-metrics";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnosticCounts, silenceDiagnostics } from "../diagnostics.ts";
import { familiesOf } from "./families.ts";
import type { Family } from "./families.ts";
import { createHistograms } from "./histogram.ts";
import type { Histograms } from "./histogram.ts";
import { createLabelWriter } from "./labels.ts";

beforeAll(() => silenceDiagnostics(true));
afterAll(() => silenceDiagnostics(false));

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Records into the OpenTelemetry SDK and gives the families of it by their names. */
async function familiesAfter(
  record: (provider: MeterProvider, histograms: Histograms) => void,
  views: ViewOptions[] = [],
): Promise<Record<string, Family | undefined>> {
  const histograms = createHistograms({ seriesLimit: 100, exemplars: true });
  const reader = new PullReader({ metricProducers: [histograms.producer] });
  const resource = resourceFromAttributes({ "service.name": "orders", "host.name": "a" });
  const provider = new MeterProvider({ resource, readers: [reader], views });
  record(provider, histograms);
  const { resourceMetrics } = await reader.collect();
  const families = familiesOf(resourceMetrics, createLabelWriter({ "service.name": "orders" }));
  return Object.fromEntries(families.map((family) => [family.name, family]));
}

const samplesOf = (family: Family | undefined) =>
  family?.samples.map(({ suffix, labels, value }) => `${suffix}{${labels}} ${value}`);
const reported = (code: string) => diagnosticCounts().get(code) ?? 0;

describe("a family", () => {
  test("has the name and type that the specification asks for", async () => {
    const families = await familiesAfter((provider) => {
      const meter = provider.getMeter("m");
      meter.createCounter("orders.placed").add(1);
      meter.createCounter("sent_total", { unit: "By" }).add(1);
      meter.createUpDownCounter("open.things", { unit: "1" }).add(-2);
      meter.createGauge("cache.hit", { unit: "1" }).record(0.5);
      meter.createHistogram("wait", { unit: "s" }).record(1);
    });
    expect(Object.values(families).map((family) => [family?.name, family?.type])).toEqual([
      ["target", "info"],
      ["orders_placed", "counter"],
      ["sent_bytes", "counter"],
      ["open_things", "gauge"],
      ["cache_hit_ratio", "gauge"],
      ["wait_seconds", "histogram"],
    ]);
    expect(samplesOf(families["target"])).toEqual(['_info{service_name="orders",host_name="a"} 1']);
    expect(samplesOf(families["orders_placed"])).toEqual(['_total{service_name="orders"} 1']);
    expect(samplesOf(families["open_things"])).toEqual(['{service_name="orders"} -2']);
    expect(families["orders_placed"]?.help).toBe("OpenTelemetry metric orders.placed");
  });

  test("of a histogram has rising counts, the bucket for everything, count and sum", async () => {
    const { wait } = await familiesAfter((_provider, histograms) => {
      const histogram = histograms.histogram({ name: "wait", unit: "", description: "", boundaries: [1, 2.5] });
      for (const value of [0.5, 1, 2, 9]) histogram.series({ kind: "web" }).record(value);
    });
    const own = 'service_name="orders",kind="web"';
    expect(samplesOf(wait)).toEqual([
      `_bucket{${own},le="1.0"} 2`,
      `_bucket{${own},le="2.5"} 3`,
      `_bucket{${own},le="+Inf"} 4`,
      `_count{${own}} 4`,
      `_sum{${own}} 12.5`,
    ]);
  });

  test("of a histogram keeps an attribute called le apart from its bounds", async () => {
    const { wait } = await familiesAfter((provider) => {
      const advice = { explicitBucketBoundaries: [1] };
      provider.getMeter("m").createHistogram("wait", { advice }).record(1, { le: "mans" });
    });
    expect(samplesOf(wait)?.[0]).toBe('_bucket{service_name="orders",exported_le="mans",le="1.0"} 1');
    expect(wait?.samples.every(({ labels }) => labels.match(/\ble=/g)?.length !== 2)).toBe(true);
  });

  test("shows the exemplar of a bucket", async () => {
    const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
    const { wait } = await familiesAfter((provider, histograms) => {
      const current = provider.getMeter("m");
      current.createCounter("other").add(1);
      const histogram = histograms.histogram({ name: "wait", unit: "", description: "", boundaries: [1] });
      histogram.series({}).record(0.5, { spanContext: () => span } as never);
    });
    expect(wait?.samples.map(({ exemplar }) => exemplar?.labels)).toEqual([
      `trace_id="${span.traceId}",span_id="${span.spanId}"`,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("two scopes that write one metric", () => {
  const inBoth = (write: (meter: ReturnType<MeterProvider["getMeter"]>, scope: number) => void) =>
    familiesAfter((provider) => [1, 2].forEach((scope) => write(provider.getMeter(`scope ${scope}`), scope)));
  const web: Attributes = { kind: "web" };

  test("make one family; counts of the same series add up, of gauges the later holds", async () => {
    const families = await inBoth((meter, scope) => {
      meter.createCounter("done").add(scope, web);
      meter.createGauge("level").record(scope);
      meter.createHistogram("wait", { advice: { explicitBucketBoundaries: [1] } }).record(scope);
    });
    expect(samplesOf(families["done"])).toEqual(['_total{service_name="orders",kind="web"} 3']);
    expect(samplesOf(families["level"])).toEqual(['{service_name="orders"} 2']);
    expect(families["wait"]?.samples.map(({ value }) => value)).toEqual([1, 2, 2, 3]);
  });

  test("keep series apart that are not the same", async () => {
    const { done } = await inBoth((meter, scope) => meter.createCounter("done").add(1, { scope }));
    expect(done?.samples).toHaveLength(2);
  });

  test("with other bounds are not added bucket by bucket", async () => {
    const { wait } = await inBoth((meter, scope) =>
      meter.createHistogram("wait", { advice: { explicitBucketBoundaries: [scope * 10] } }).record(1),
    );
    expect(wait?.samples.map(({ labels, value }) => [/le="(.*)"/.exec(labels)?.[1], value])).toEqual([
      ["20.0", 1],
      ["+Inf", 1],
      [undefined, 1],
      [undefined, 1],
    ]);
  });

  test("as different types keep the first, and it is said", async () => {
    const before = reported("metric-type-conflict");
    const families = await inBoth((meter, scope) =>
      scope === 1 ? meter.createGauge("mixed").record(1) : meter.createHistogram("mixed").record(2),
    );
    expect(samplesOf(families["mixed"])).toEqual(['{service_name="orders"} 1']);
    expect(reported("metric-type-conflict")).toBe(before + 1);
  });
});

test("an exponential histogram is left out, and it is said", async () => {
  const before = reported("exponential-histogram");
  const view = { instrumentName: "wait", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } } as const;
  const families = await familiesAfter((provider) => provider.getMeter("m").createHistogram("wait").record(1), [view]);
  expect(Object.keys(families)).toEqual(["target"]);
  expect(reported("exponential-histogram")).toBe(before + 1);
});
