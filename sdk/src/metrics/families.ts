/**
 * From OpenTelemetry metrics to Prometheus metric families: names with unit suffixes, labels of the service on every
 * series, the series of one metric from several scopes merged.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
import type { Attributes } from "@opentelemetry/api";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import type { DataPoint, Histogram, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { report } from "../diagnostics.ts";
import { prometheusName } from "../vocabulary.ts";
import { gaugeRuleOf } from "./gauge-rules.ts";
import type { GaugeRule } from "./gauge-rules.ts";
import type { Exemplar } from "./histogram.ts";
import { addLabel, createLabelWriter, formatBound } from "./labels.ts";
import type { LabelWriter } from "./labels.ts";

export interface Sample {
  /** What follows the family's name: nothing, `_total`, `_bucket`, `_sum`, `_count` or `_info`. */
  readonly suffix: string;
  readonly labels: string;
  readonly value: number;
  readonly exemplar?: SampleExemplar | undefined;
}

export interface SampleExemplar {
  readonly labels: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timeMs?: number | undefined;
}

/** All samples of one metric, as OpenMetrics groups them. */
export interface Family {
  /** Without `_total`, also for counters. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary" | "info" | "unknown";
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly Sample[];
  /** How the values of several processes become one, where the metric itself says so. */
  readonly rule?: GaugeRule;
}

/** A family under construction: one entry of samples for each series, so that a second scope adds to the first. */
interface Draft extends Omit<Family, "samples"> {
  readonly series: Map<string, readonly Sample[]>;
}

const writeLabels = createLabelWriter();

/** Gives the families of everything that the OpenTelemetry SDK has collected, `target_info` first. */
export function familiesOf({ resource, scopeMetrics }: ResourceMetrics, writeSeries: LabelWriter): Family[] {
  const drafts = new Map<string, Draft>();
  for (const { metrics } of scopeMetrics) for (const metric of metrics) addMetric(drafts, metric, writeSeries);
  const families = [...drafts.values()].map(({ series, ...family }) => ({
    ...family,
    samples: [...series.values()].flat(),
  }));
  return [targetInfo(resource.attributes), ...families];
}

function targetInfo(attributes: Attributes): Family {
  const samples = [{ suffix: "_info", labels: writeLabels(attributes), value: 1 }];
  return { name: "target", type: "info", unit: "", help: "The service that these metrics describe", samples };
}

function addMetric(drafts: Map<string, Draft>, metric: MetricData, writeSeries: LabelWriter): void {
  const shape = shapeOf(metric);
  if (shape === undefined) return;
  const { type, isUpDown } = shape;
  const { name: otelName, unit, description } = metric.descriptor;
  const help = description === "" ? `OpenTelemetry metric ${otelName}` : description;
  const fullName = prometheusName({ name: otelName, unit, type: isUpDown ? "upDownCounter" : type });
  const name = type === "counter" ? fullName.slice(0, -"_total".length) : fullName;
  const rule = type === "gauge" ? { rule: gaugeRuleOf(name) } : {};
  const draft = drafts.get(name) ?? { name, type, unit, help, ...rule, series: new Map<string, readonly Sample[]>() };
  if (draft.type !== type) {
    report("metric-type-conflict", `metric ${otelName} is both ${draft.type} and ${type}; the ${type} is left out`);
    return;
  }
  drafts.set(name, draft);
  for (const { attributes, samples } of shape.series) addSeries(draft, writeSeries(attributes), samples);
}

interface Series {
  readonly attributes: Attributes;
  readonly samples: (labels: string) => Sample[];
}

interface Shape {
  readonly type: "counter" | "gauge" | "histogram";
  /** Shown as a gauge, but named as the sum that it is. */
  readonly isUpDown?: true;
  readonly series: readonly Series[];
}

function shapeOf(metric: MetricData): Shape | undefined {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic
        ? { type: "counter", series: metric.dataPoints.map((point) => oneSample(point, "_total")) }
        : { type: "gauge", isUpDown: true, series: metric.dataPoints.map((point) => oneSample(point, "")) };
    case DataPointType.GAUGE:
      return { type: "gauge", series: metric.dataPoints.map((point) => oneSample(point, "")) };
    case DataPointType.HISTOGRAM:
      return { type: "histogram", series: metric.dataPoints.map(buckets) };
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      report(
        "exponential-histogram",
        `metric ${metric.descriptor.name} is an exponential histogram, which /metrics cannot show; give it explicit buckets`,
      );
      return undefined;
  }
}

function oneSample({ attributes, value }: DataPoint<number>, suffix: string): Series {
  return { attributes, samples: (labels) => [{ suffix, labels, value }] };
}

type PointWithExemplars = DataPoint<Histogram> & { readonly exemplars?: readonly (Exemplar | undefined)[] };

function buckets({ attributes, value, exemplars }: PointWithExemplars): Series {
  const { boundaries, counts } = value.buckets;
  const samples = (labels: string) => {
    let cumulative = 0;
    const written: Sample[] = counts.map((count, bucket) => {
      cumulative += count;
      const le = formatBound(boundaries[bucket] ?? Infinity);
      const exemplar = toSampleExemplar(exemplars?.[bucket]);
      return { suffix: "_bucket", labels: addLabel(labels, "le", le), value: cumulative, exemplar };
    });
    written.push({ suffix: "_count", labels, value: value.count });
    if (value.sum !== undefined) written.push({ suffix: "_sum", labels, value: value.sum });
    return written;
  };
  return { attributes: withoutBound(attributes), samples };
}

/** One `le` belongs to the buckets; Prometheus refuses a scrape in which a series has a second one. */
function withoutBound(attributes: Attributes): Attributes {
  const { le, ...others } = attributes;
  return le === undefined ? attributes : { ...others, exported_le: le };
}

function toSampleExemplar(exemplar: Exemplar | undefined): SampleExemplar | undefined {
  if (exemplar === undefined) return undefined;
  const { traceId, spanId, value, timeMs } = exemplar;
  return { labels: `trace_id="${traceId}",span_id="${spanId}"`, value, timeMs };
}

function addSeries(draft: Draft, labels: string, samplesOf: Series["samples"]): void {
  const samples = samplesOf(labels);
  const known = draft.series.get(labels);
  draft.series.set(labels, known === undefined ? samples : merge(draft.type, known, samples));
}

/** Two scopes wrote the same series: counts add up, of two gauges, or with other bounds, the later one holds. */
function merge(type: Draft["type"], first: readonly Sample[], second: readonly Sample[]): readonly Sample[] {
  const isSame = first.length === second.length && first.every(({ labels }, index) => labels === second[index]?.labels);
  if (type === "gauge" || !isSame) return second;
  return first.map((sample, index) => ({ ...sample, value: sample.value + (second[index]?.value ?? 0) }));
}
