import { JsonMetricsSerializer, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { AggregationTemporality, DataPointType } from "@opentelemetry/sdk-metrics";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";
import { takeMetrics } from "./metrics.ts";
import { object } from "./read.ts";
import { metricsRequest } from "./schema.ts";

const int = 0;
const double = 1;

function request(metrics: readonly object[]) {
  const resource = { attributes: { "service.name": "shop" } };
  return { resource, scopeMetrics: [{ scope: { name: "lib" }, metrics }] } as unknown as ResourceMetrics;
}

function fromProtobuf(metrics: readonly object[]) {
  const bytes = ProtobufMetricsSerializer.serializeRequest(request(metrics)) ?? new Uint8Array();
  return takeMetrics(decode(bytes, metricsRequest));
}

function fromJson(metrics: readonly object[]) {
  const bytes = JsonMetricsSerializer.serializeRequest(request(metrics)) ?? new Uint8Array();
  return takeMetrics(object(JSON.parse(Buffer.from(bytes).toString())));
}

/** A metric as the SDK of OpenTelemetry hands it to its exporters. */
function metric(dataPointType: DataPointType, name: string, values: readonly unknown[], more: object = {}) {
  const descriptor = { name, description: "Help", unit: "s", valueType: double, ...more };
  const times = { startTime: [1, 0], endTime: [1_700_000_000, 123_456_789] };
  const dataPoints = values.map((value) => ({ ...times, attributes: { "http.route": "/a", code: 200 }, value }));
  return { descriptor, dataPointType, aggregationTemporality: AggregationTemporality.CUMULATIVE, dataPoints, ...more };
}

const labels = { http_route: "/a", code: "200" };
const timeUs = 1_700_000_000_123_456;

describe.each([
  ["protobuf", fromProtobuf],
  ["JSON", fromJson],
])("as %s", (_encoding, take) => {
  test.each([
    ["a gauge", metric(DataPointType.GAUGE, "queue.age", [2.5]), "gauge", "queue_age_seconds", "queue_age_seconds"],
    [
      "a counter",
      metric(DataPointType.SUM, "cpu.time", [2.5], { isMonotonic: true }),
      "counter",
      "cpu_time_seconds",
      "cpu_time_seconds_total",
    ],
    [
      "a sum that may fall",
      metric(DataPointType.SUM, "lag", [2.5], { isMonotonic: false }),
      "gauge",
      "lag_seconds",
      "lag_seconds",
    ],
  ])("%s has the name that it has on /metrics", (_what, given, type, name, sampleName) => {
    const samples = [{ name: sampleName, labels, value: 2.5 }];
    expect(take([given])).toEqual({
      records: [
        {
          resource: { "service.name": "shop" },
          timeUs,
          families: [{ name, type, unit: "s", help: "Help", samples }],
        },
      ],
      rejected: 0,
    });
  });

  test("whole numbers are numbers", () => {
    const given = metric(DataPointType.GAUGE, "jobs", [-7, 2 ** 40], { unit: "", valueType: int });
    expect(take([given]).records[0]?.families[0]?.samples.map(({ value }) => value)).toEqual([-7, 2 ** 40]);
  });

  test("a histogram's buckets add up to its count", () => {
    const value = { buckets: { boundaries: [0.1, 1], counts: [3, 2, 1] }, sum: 4.5, count: 6 };
    const [batch] = take([metric(DataPointType.HISTOGRAM, "http.duration", [value])]).records;
    const name = "http_duration_seconds";
    expect(batch?.families).toEqual([
      {
        name,
        type: "histogram",
        unit: "s",
        help: "Help",
        samples: [
          { name: `${name}_bucket`, labels: { ...labels, le: "0.1" }, value: 3 },
          { name: `${name}_bucket`, labels: { ...labels, le: "1" }, value: 5 },
          { name: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: 6 },
          { name: `${name}_sum`, labels, value: 4.5 },
          { name: `${name}_count`, labels, value: 6 },
        ],
      },
    ]);
  });

  test("an exponential histogram is refused and counted, what comes with it is taken", () => {
    const sides = { offset: -3, bucketCounts: [1, 0, 2] };
    const value = { count: 3, sum: 1, scale: -2, zeroCount: 0, positive: sides, negative: sides };
    const { records, rejected } = take([
      metric(DataPointType.EXPONENTIAL_HISTOGRAM, "a", [value]),
      metric(DataPointType.GAUGE, "b", [1]),
    ]);
    expect(rejected).toBe(1);
    expect(records.flatMap(({ families }) => families.map(({ name }) => name))).toEqual(["b_seconds"]);
  });
});

test("any values come out of protobuf and JSON alike, and as they went in", () => {
  // JSON has no -0.
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const histogram = fc.uniqueArray(number, { maxLength: 6 }).chain((bounds) =>
    fc.record({
      buckets: fc.record({
        boundaries: fc.constant(bounds.toSorted((a, b) => a - b)),
        counts: fc.array(fc.nat(), { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
      }),
      sum: number,
      count: fc.nat(),
    }),
  );
  fc.assert(
    fc.property(fc.array(number), fc.array(histogram, { maxLength: 3 }), (numbers, histograms) => {
      const given = [
        metric(DataPointType.GAUGE, "numbers", numbers),
        metric(DataPointType.HISTOGRAM, "histograms", histograms),
      ];
      const taken = fromProtobuf(given);
      expect(fromJson(given)).toEqual(taken);
      const samples = taken.records.flatMap(({ families }) => families.flatMap((family) => family.samples));
      const own = samples.filter(({ name }) => name === "numbers_seconds").map(({ value }) => value);
      expect(own).toEqual(numbers);
    }),
  );
});

function take(fields: object, resource: object = {}) {
  const { records } = takeMetrics({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [fields] }] }] });
  return records.flatMap(({ families }) => families);
}

const point = { timeUnixNano: "1700000000123456789", attributes: [] };

test("a summary has a sample for each quantile", () => {
  const quantileValues = [
    { quantile: 0.5, value: 1 },
    { quantile: 0.99, value: "NaN" },
  ];
  const [family] = take({ name: "a", summary: { dataPoints: [{ ...point, count: "9", sum: 5, quantileValues }] } });
  expect(family).toMatchObject({
    type: "summary",
    samples: [
      { name: "a", labels: { quantile: "0.5" }, value: 1 },
      { name: "a", labels: { quantile: "0.99" }, value: Number.NaN },
      { name: "a_sum", value: 5 },
      { name: "a_count", value: 9 },
    ],
  });
});

test.each([
  [{ asDouble: "NaN" }, Number.NaN],
  [{ asDouble: Number.NaN }, Number.NaN],
  [{ asDouble: "-Infinity" }, -Infinity],
  [{ asInt: "9007199254740991" }, Number.MAX_SAFE_INTEGER],
  [{ asDouble: {} }, 0],
  [{}, 0],
])("the point %j has the value %d", (fields, value) => {
  const [family] = take({ name: "a", gauge: { dataPoints: [{ ...point, ...fields }] } });
  expect(family?.samples[0]?.value).toBe(value);
});

test("an exemplar stands at the bucket that its value lies in", () => {
  const ids = { traceId: "A".repeat(32), spanId: "B".repeat(16), timeUnixNano: "5000" };
  const exemplars = [
    { ...ids, asDouble: 0.5 },
    { ...ids, asInt: "7" },
    { ...ids, asDouble: 0.05, traceId: "" },
  ];
  const dataPoint = { ...point, count: 3, bucketCounts: ["1", "1", "1"], explicitBounds: [0.1, 0.5], exemplars };
  const [family] = take({ name: "a", histogram: { dataPoints: [dataPoint] } });
  const exemplar = { traceId: "a".repeat(32), spanId: "b".repeat(16), timeUs: 5 };
  expect(family?.samples.map((sample) => sample.exemplar)).toEqual([
    undefined,
    { ...exemplar, value: 0.5 },
    { ...exemplar, value: 7 },
    undefined,
    undefined,
  ]);
});

test("points of different moments are batches of their own", () => {
  const dataPoints = ["1000000", "2000000", "1000000"].map((timeUnixNano) => ({ timeUnixNano, asInt: 1 }));
  const { records } = takeMetrics({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "a", gauge: { dataPoints } }] }] }],
  });
  expect(records.map((batch) => [batch.timeUs, batch.families[0]?.samples.length])).toEqual([
    [1000, 2],
    [2000, 1],
  ]);
});

test("no JSON makes it throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(() => {
        takeMetrics(object(a));
        takeMetrics({ resourceMetrics: a });
        for (const data of ["gauge", "sum", "histogram", "summary"]) {
          take({ name: a, unit: b, metadata: a, [data]: a });
          const dataPoint = { attributes: a, bucketCounts: b, explicitBounds: a, exemplars: b, quantileValues: a };
          take({ name: b, [data]: { dataPoints: [a, dataPoint], isMonotonic: true } });
        }
      }).not.toThrow();
    }),
  );
});
