/**
 * The totals of what OpenTelemetry counts. It bounds the series of an instrument within one collection only, and keeps
 * those of all collections: so it is asked for what is new, and the sums are kept here, bounded for as long as the
 * process lives.
 */
import type { HrTime } from "@opentelemetry/api";
import { hrTime } from "@opentelemetry/core";
import type { InstrumentationScope } from "@opentelemetry/core";
import { AggregationTemporality, DataPointType, InstrumentType } from "@opentelemetry/sdk-metrics";
import type { DataPoint, Histogram, MetricData, ResourceMetrics, ScopeMetrics } from "@opentelemetry/sdk-metrics";
import { keyOf, overflow } from "./histogram.ts";

export interface Totals {
  /** Takes what is new in one collection and gives the totals. */
  add(collected: ResourceMetrics): ResourceMetrics;
}

interface MetricTotals {
  add(metric: MetricData): void;
  total(endTime: HrTime): MetricData;
}

interface ScopeTotals {
  readonly scope: InstrumentationScope;
  readonly metrics: Map<string, MetricTotals | undefined>;
}

const observed: ReadonlySet<InstrumentType> = new Set([
  InstrumentType.OBSERVABLE_COUNTER,
  InstrumentType.OBSERVABLE_GAUGE,
  InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
]);

/** What is observed comes as totals, and OpenTelemetry bounds it well. */
export function temporalityOf(type: InstrumentType): AggregationTemporality {
  return observed.has(type) ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA;
}

/** @param seriesLimit - Series of one metric; what is beyond goes into one more, the overflow series. */
export function createTotals(seriesLimit: number): Totals {
  const scopes = new Map<string, ScopeTotals>();
  return {
    add({ resource, scopeMetrics }) {
      const complete: ScopeMetrics[] = scopeMetrics.map(({ scope, metrics }) => {
        const totals = findOrMake(scopes, JSON.stringify(scope), () => ({ scope, metrics: new Map() }));
        return { scope, metrics: metrics.filter((metric) => !take(totals, metric, seriesLimit)) };
      });
      const endTime = hrTime();
      const summed = [...scopes.values()].map(({ scope, metrics }) => ({
        scope,
        metrics: [...metrics.values()].flatMap((metric) => metric?.total(endTime) ?? []),
      }));
      return { resource, scopeMetrics: [...complete, ...summed].filter(({ metrics }) => metrics.length > 0) };
    },
  };
}

function take({ metrics }: ScopeTotals, metric: MetricData, seriesLimit: number): boolean {
  if (metric.aggregationTemporality !== AggregationTemporality.DELTA) return false;
  const { descriptor, dataPointType } = metric;
  const totals = findOrMake(metrics, JSON.stringify([dataPointType, descriptor]), () => totalsOf(metric, seriesLimit));
  totals?.add(metric);
  return totals !== undefined;
}

function totalsOf(first: MetricData, seriesLimit: number): MetricTotals | undefined {
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  switch (first.dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE: {
      const merge = first.dataPointType === DataPointType.SUM ? addNumbers : takeLatest;
      const series = new SeriesTotals(seriesLimit, merge);
      return {
        add: (metric) => metric.dataPointType === first.dataPointType && series.add(metric.dataPoints),
        total: (endTime) => ({ ...first, aggregationTemporality, dataPoints: series.points(endTime) }),
      };
    }
    case DataPointType.HISTOGRAM: {
      const series = new SeriesTotals(seriesLimit, addHistograms);
      return {
        add: (metric) => metric.dataPointType === first.dataPointType && series.add(metric.dataPoints),
        total: (endTime) => ({ ...first, aggregationTemporality, dataPoints: series.points(endTime) }),
      };
    }
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return undefined;
  }
}

class SeriesTotals<T> {
  readonly #limit: number;
  readonly #merge: (total: T, added: T) => T;
  readonly #points = new Map<string, DataPoint<T>>();

  constructor(limit: number, merge: (total: T, added: T) => T) {
    this.#limit = limit;
    this.#merge = merge;
  }

  add(points: readonly DataPoint<T>[]): void {
    for (const point of points) {
      const key = keyOf(point.attributes);
      if (this.#points.has(key) || this.#points.size < this.#limit) this.#addTo(key, point);
      else this.#addTo(overflowKey, { ...point, attributes: overflow });
    }
  }

  points(endTime: HrTime): DataPoint<T>[] {
    return [...this.#points.values()].map((point) => ({ ...point, endTime }));
  }

  #addTo(key: string, point: DataPoint<T>): void {
    const known = this.#points.get(key);
    this.#points.set(key, known === undefined ? point : { ...known, value: this.#merge(known.value, point.value) });
  }
}

const overflowKey = keyOf(overflow);

function addNumbers(total: number, added: number): number {
  return total + added;
}

function takeLatest(_before: number, latest: number): number {
  return latest;
}

function addHistograms(total: Histogram, added: Histogram): Histogram {
  const { boundaries, counts } = total.buckets;
  const most = (one = -Infinity, other = -Infinity) => Math.max(one, other);
  const least = (one = Infinity, other = Infinity) => Math.min(one, other);
  return {
    buckets: { boundaries, counts: counts.map((count, bucket) => count + (added.buckets.counts[bucket] ?? 0)) },
    count: total.count + added.count,
    sum: (total.sum ?? 0) + (added.sum ?? 0),
    min: least(total.min, added.min),
    max: most(total.max, added.max),
  };
}

function findOrMake<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
