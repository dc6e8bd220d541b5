/** Metrics out of a metrics request, as Prometheus sees them: the same names as those of a scrape. */
import { prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import type { Attributes, Exemplar, MetricBatch, MetricFamily, MetricSample, MetricType } from "../records.ts";
import type { Decoded } from "./decode.ts";
import { attributes, double, id, list, microseconds, number, object, resource, text } from "./read.ts";
import type { Taken } from "./spans.ts";

/** Metadata of samples that a saved window holds: which family they belong to. */
export const metadataNames = {
  familyName: "prometheus.family",
  familyType: "prometheus.type",
  familyUnit: "prometheus.unit",
} as const;

export function takeMetrics(request: Decoded): Taken<MetricBatch> {
  let rejected = 0;
  const records = list(request["resourceMetrics"])
    .map(object)
    .flatMap((perResource) => {
      const from = resource(perResource["resource"]);
      const metrics = list(perResource["scopeMetrics"]).flatMap((scope) => list(object(scope)["metrics"]).map(object));
      const families = metrics.flatMap(toFamilies);
      rejected += metrics.filter((metric) => shapeOf(metric) === undefined).length;
      const byTime = Map.groupBy(families, ({ timeUs }) => timeUs);
      return [...byTime].map(([timeUs, all]) => ({
        resource: from,
        timeUs,
        families: all.map(({ family }) => family),
      }));
    });
  return { records, rejected };
}

type Labels = Readonly<Record<string, string>>;

interface Shape {
  readonly data: string;
  type(data: Decoded): MetricType;
  samples(point: Decoded, name: string, labels: Labels): MetricSample[];
}

const shapes: readonly Shape[] = [
  { data: "gauge", type: () => "gauge", samples: numberSample },
  { data: "sum", type: (data) => (data["isMonotonic"] === true ? "counter" : "gauge"), samples: numberSample },
  { data: "histogram", type: () => "histogram", samples: histogramSamples },
  { data: "summary", type: () => "summary", samples: summarySamples },
];

interface TimedFamily {
  readonly timeUs: number;
  readonly family: MetricFamily;
}

/** The points of a metric, those of the same moment together. */
function toFamilies(metric: Decoded): TimedFamily[] {
  const shape = shapeOf(metric);
  if (shape === undefined) return [];
  const data = object(metric[shape.data]);
  const { sampleName, ...family } = describe(metric, shape.type(data));
  const points = Map.groupBy(list(data["dataPoints"]).map(object), timeOf);
  return [...points].map(([timeUs, group]) => ({
    timeUs,
    family: {
      ...family,
      samples: group.flatMap((point) => shape.samples(point, sampleName, toLabels(attributes(point["attributes"])))),
    },
  }));
}

/** Exponential histograms are not shown. */
function shapeOf(metric: Decoded): Shape | undefined {
  return shapes.find(({ data }) => metric[data] !== undefined);
}

type Description = Omit<MetricFamily, "samples"> & { readonly sampleName: string };

function describe(metric: Decoded, type: MetricType): Description {
  const help = text(metric["description"]);
  const saved = attributes(metric["metadata"]);
  const familyName = text(saved[metadataNames.familyName]);
  if (familyName !== "") {
    const savedType = typeNames.find((known) => known === saved[metadataNames.familyType]) ?? "unknown";
    return {
      sampleName: text(metric["name"]),
      name: familyName,
      type: savedType,
      unit: text(saved[metadataNames.familyUnit]),
      help,
    };
  }
  const unit = text(metric["unit"]);
  const sampleName = prometheusName({ name: text(metric["name"]), unit, type: nameType(type) });
  return {
    sampleName,
    name: type === "counter" ? sampleName.slice(0, -"_total".length) : sampleName,
    type,
    unit,
    help,
  };
}

const typeNames: readonly MetricType[] = ["counter", "gauge", "histogram", "summary", "info", "unknown"];

function nameType(type: MetricType): "counter" | "gauge" | "histogram" {
  if (type === "summary") return "histogram";
  return type === "counter" || type === "histogram" ? type : "gauge";
}

function numberSample(point: Decoded, name: string, labels: Labels): MetricSample[] {
  return [
    { name, labels, value: double(point["asDouble"] ?? point["asInt"]), ...withExemplar(list(point["exemplars"])[0]) },
  ];
}

function histogramSamples(point: Decoded, name: string, labels: Labels): MetricSample[] {
  const bounds = list(point["explicitBounds"]).map(number);
  const exemplars = list(point["exemplars"]);
  let below = -Infinity;
  let cumulative = 0;
  const buckets = list(point["bucketCounts"]).map((count, index): MetricSample => {
    cumulative += number(count);
    const bound = bounds[index] ?? Infinity;
    const own = exemplars.find((exemplar) => isWithin(valueOf(object(exemplar)), below, bound));
    below = bound;
    const le = bound === Infinity ? "+Inf" : String(bound);
    return { name: `${name}_bucket`, labels: { ...labels, le }, value: cumulative, ...withExemplar(own) };
  });
  return [...buckets, ...totals(point, name, labels)];
}

function summarySamples(point: Decoded, name: string, labels: Labels): MetricSample[] {
  const quantiles = list(point["quantileValues"]).map(object);
  const samples = quantiles.map(({ quantile, value }) => ({
    name,
    labels: { ...labels, quantile: String(number(quantile)) },
    value: double(value),
  }));
  return [...samples, ...totals(point, name, labels)];
}

function totals(point: Decoded, name: string, labels: Labels): MetricSample[] {
  return [
    { name: `${name}_sum`, labels, value: number(point["sum"]) },
    { name: `${name}_count`, labels, value: number(point["count"]) },
  ];
}

function withExemplar(value: unknown): { exemplar?: Exemplar } {
  const given = object(value);
  const traceId = id(given["traceId"], 32);
  const spanId = id(given["spanId"], 16);
  if (traceId === null || spanId === null) return {};
  return { exemplar: { traceId, spanId, value: valueOf(given), timeUs: microseconds(given["timeUnixNano"]) } };
}

function valueOf(given: Decoded): number {
  return number(given["asDouble"] ?? given["asInt"]);
}

function isWithin(value: number, below: number, bound: number): boolean {
  return value > below && value <= bound;
}

function toLabels(given: Attributes): Labels {
  const labels = Object.entries(given).map(([name, value]) => [
    prometheusLabel(name),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(labels);
}

function timeOf(point: Decoded): number {
  return microseconds(point["timeUnixNano"]) || Date.now() * 1000;
}
