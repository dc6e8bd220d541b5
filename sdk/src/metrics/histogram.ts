/**
 * Histograms with explicit buckets that keep an exemplar for each bucket: the latest value that a sampled span saw.
 * OpenTelemetry JS has no exemplars. A series is resolved once and then recorded into without hashing its attributes.
 * They join the metrics of the OpenTelemetry SDK as a metric producer, so every reader sees both.
 */
import { ValueType } from "@opentelemetry/api";
import type { Attributes, HrTime, Span } from "@opentelemetry/api";
import { hrTime } from "@opentelemetry/core";
import { AggregationTemporality, DataPointType } from "@opentelemetry/sdk-metrics";
import type { DataPoint, Histogram, HistogramMetricData, MetricProducer } from "@opentelemetry/sdk-metrics";
import { emptyResource } from "@opentelemetry/resources";
import { shownLabels } from "./secrets.ts";
import { sdkVersion } from "../resource.ts";

/** A value with the span that it was measured in. */
export interface Exemplar {
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly timeMs: number;
}

/** A data point that carries its exemplars, one place for each bucket. */
export interface HistogramPoint extends DataPoint<Histogram> {
  readonly exemplars: readonly (Exemplar | undefined)[];
}

export interface HistogramDefinition {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** Upper bounds of the buckets, rising. */
  readonly boundaries: readonly number[];
}

/** One combination of attributes. */
export interface HistogramSeries {
  /**
   * Adds one value.
   *
   * @param span - The span that the value was measured in; kept as the bucket's exemplar when it is sampled.
   */
  record(value: number, span?: Span): void;
  readonly count: number;
}

export interface OwnHistogram {
  /** Finds or makes the series of these attributes; beyond the limit, the overflow series. */
  series(attributes: Attributes): HistogramSeries;
  /** All series with their attributes, in the order in which they were made. */
  all(): Iterable<readonly [Attributes, HistogramSeries]>;
}

export interface Histograms {
  /** Finds or makes a histogram by its name. */
  histogram(definition: HistogramDefinition): OwnHistogram;
  readonly producer: MetricProducer;
}

/** Attributes of the series that takes what is beyond the limit. */
export const overflow: Attributes = { "otel.metric.overflow": true };
const sampledFlag = 1;

export function createHistograms(limits: { seriesLimit: number; exemplars: boolean }): Histograms {
  const stores = new Map<string, HistogramStore>();
  return {
    histogram(definition) {
      const store = stores.get(definition.name) ?? new HistogramStore(definition, limits);
      stores.set(definition.name, store);
      return store;
    },
    producer: { collect: async () => ({ resourceMetrics: collect([...stores.values()]), errors: [] }) },
  };
}

function collect(stores: readonly HistogramStore[]) {
  const endTime = hrTime();
  const metrics = stores.map((store) => store.snapshot(endTime)).filter((metric) => metric.dataPoints.length > 0);
  return {
    resource: emptyResource(),
    scopeMetrics: [{ scope: { name: "@obsbox/sdk", version: sdkVersion }, metrics }],
  };
}

class HistogramStore implements OwnHistogram {
  readonly #definition: HistogramDefinition;
  readonly #boundaries: readonly number[];
  readonly #limits: { readonly seriesLimit: number; readonly exemplars: boolean };
  readonly #series = new Map<string, BucketSeries>();

  constructor(definition: HistogramDefinition, limits: { seriesLimit: number; exemplars: boolean }) {
    this.#definition = definition;
    this.#boundaries = rising(definition.boundaries);
    this.#limits = limits;
  }

  series(attributes: Attributes): HistogramSeries {
    const key = keyOf(attributes);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const shown = shownLabels(attributes);
    if (shown !== attributes) return this.series(shown);
    if (this.#series.size >= this.#limits.seriesLimit && attributes !== overflow) return this.series(overflow);
    const made = new BucketSeries({ ...attributes }, this.#boundaries, this.#limits.exemplars);
    this.#series.set(key, made);
    return made;
  }

  *all(): Iterable<readonly [Attributes, HistogramSeries]> {
    for (const series of this.#series.values()) yield [series.attributes, series];
  }

  snapshot(endTime: HrTime): HistogramMetricData {
    const { name, unit, description } = this.#definition;
    return {
      descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#series.values()]
        .filter((series) => series.count > 0)
        .map((series) => series.point(endTime)),
    };
  }
}

class BucketSeries implements HistogramSeries {
  readonly attributes: Attributes;
  count = 0;
  readonly #boundaries: readonly number[];
  readonly #counts: number[];
  readonly #exemplars: (Exemplar | undefined)[] | undefined;
  readonly #startTime = hrTime();
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(attributes: Attributes, boundaries: readonly number[], keepsExemplars: boolean) {
    this.attributes = attributes;
    this.#boundaries = boundaries;
    this.#counts = Array.from({ length: boundaries.length + 1 }, () => 0);
    this.#exemplars = keepsExemplars ? Array.from({ length: boundaries.length + 1 }, () => undefined) : undefined;
  }

  record(value: number, span?: Span): void {
    if (typeof value !== "number" || Number.isNaN(value)) return; // Plain JavaScript may give anything.
    const bucket = this.#bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (span === undefined || this.#exemplars === undefined) return;
    const { traceId, spanId, traceFlags } = span.spanContext();
    if ((traceFlags & sampledFlag) !== 0) this.#exemplars[bucket] = { value, traceId, spanId, timeMs: Date.now() };
  }

  point(endTime: HrTime): HistogramPoint {
    return {
      startTime: this.#startTime,
      endTime,
      attributes: this.attributes,
      value: {
        buckets: { boundaries: [...this.#boundaries], counts: [...this.#counts] },
        count: this.count,
        sum: this.#sum,
        min: this.#min,
        max: this.#max,
      },
      exemplars: this.#exemplars === undefined ? [] : [...this.#exemplars],
    };
  }

  #bucketOf(value: number): number {
    const boundaries = this.#boundaries;
    for (let bucket = 0; bucket < boundaries.length; bucket++) {
      if (value <= (boundaries[bucket] ?? Infinity)) return bucket;
    }
    return boundaries.length;
  }
}

/** Each bound once, as the format asks; the last bucket, for everything, is there anyway. */
function rising(boundaries: readonly number[]): readonly number[] {
  return [...new Set(boundaries)].filter((bound) => Number.isFinite(bound)).toSorted((a, b) => a - b);
}

/** The same for the same attributes, in whatever order. */
export function keyOf(attributes: Attributes): string {
  const keys = Object.keys(attributes);
  if (keys.length > 1) keys.sort();
  return JSON.stringify(keys.map((key) => [key, attributes[key]]));
}
