/** Lines of a chart out of stored samples: rates of counters, quantiles of histograms, values of gauges. */
import type { MetricType } from "../records.ts";
import type { Point, Series, StoredExemplar } from "../store/metrics.ts";
import type { Store } from "../store/store.ts";
import { serviceOf } from "../store/spans.ts";
import type { TimeRange } from "./services.ts";

export type Statistic = "value" | "rate" | "p50" | "p95" | "p99";

export interface MetricQuery extends TimeRange {
  readonly name: string;
  /** Label by which lines are told apart; without it gauges show every series, all else one line. */
  readonly groupBy: string | undefined;
  /** What is shown; unless the metric has it, a rate, a gauge's value, or a histogram's 95th percentile. */
  readonly statistic: string | undefined;
  /** Only series of this service. */
  readonly service: string | undefined;
}

export interface MetricChart {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  readonly statistic: Statistic;
  readonly statistics: readonly Statistic[];
  /** Labels that can be grouped by. */
  readonly labels: readonly string[];
  readonly timesUs: readonly number[];
  readonly lines: readonly ChartLine[];
  /** How many lines there would be; the chart shows some. */
  readonly lineCount: number;
  readonly exemplars: readonly ChartExemplar[];
}

export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

export interface ChartExemplar {
  readonly timeUs: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
}

const chartPoints = 120;
/** More dots would hide the lines. */
const maxExemplars = 60;
const maxLines = 20;
const minStepUs = 5_000_000;

/** A rate looks back over several scrapes, so that one that was missed makes no gap. */
const minRateWindowUs = 20_000_000;

/** A value holds so long when no other follows. */
const lookBackUs = 90_000_000;

const statisticsOf: Readonly<Record<MetricType, readonly Statistic[]>> = {
  counter: ["rate"],
  gauge: ["value"],
  histogram: ["p95", "p50", "p99", "rate"],
  summary: ["value", "rate"],
  info: ["value"],
  unknown: ["value", "rate"],
};

/** Gives undefined when there is no such metric. */
export function chartMetric(store: Store, query: MetricQuery): MetricChart | undefined {
  const { metrics, resources } = store.tables;
  const all = metrics.series(query.name);
  const [first] = all;
  if (first === undefined) return undefined;
  const statistics = statisticsOf[first.type];
  const statistic = statistics.find((known) => known === query.statistic) ?? statistics[0] ?? "value";
  const used = all
    .filter((series) => isUsed(series, statistic))
    .filter((series) => query.service === undefined || serviceOf(resources.get(series.resource)) === query.service);
  const timesUs = timesOf(query);
  const groups = [...Map.groupBy(used, (series) => groupOf(series, query, statistic))];
  const read = (series: Series) => metrics.points(series.id, query.fromUs - minRateWindowUs, query.toUs);
  const lines = groups
    .slice(0, maxLines)
    .map(([label, group]) => ({ label, values: compute(group, statistic, timesUs, read) }));
  const { name, type, unit, help } = { ...first, name: first.family };
  return {
    name,
    type,
    unit,
    help,
    statistic,
    statistics,
    labels: labelsOf(used),
    timesUs,
    lines: lines.filter((line) => line.values.some((value) => value !== null)),
    lineCount: groups.length,
    exemplars: metrics
      .highestExemplars(
        used.map(({ id }) => id),
        stepsOf(query, maxExemplars),
      )
      .map(toExemplar),
  };
}

function isUsed({ type, name, family }: Series, statistic: Statistic): boolean {
  if (type === "histogram") return name === `${family}${statistic === "rate" ? "_count" : "_bucket"}`;
  if (type === "summary") return statistic === "rate" ? name.endsWith("_count") : name === family;
  return true;
}

function stepsOf({ fromUs, toUs }: TimeRange, count: number) {
  return { fromUs, toUs, stepUs: Math.max(minStepUs, Math.ceil((toUs - fromUs) / count)) };
}

function timesOf(range: TimeRange): number[] {
  const { fromUs, toUs, stepUs } = stepsOf(range, chartPoints);
  return Array.from({ length: Math.floor((toUs - fromUs) / stepUs) + 1 }, (_, index) => fromUs + index * stepUs);
}

function groupOf({ labels, type }: Series, { groupBy }: MetricQuery, statistic: Statistic): string {
  if (groupBy !== undefined) return Object.hasOwn(labels, groupBy) ? (labels[groupBy] ?? "") : "";
  if (statistic !== "value" || type === "histogram") return "";
  const telling = Object.entries(labels).filter(([name]) => !sameEverywhere.has(name));
  return telling.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** Labels that every series of a service has. */
const sameEverywhere = new Set(["service_version", "deployment_environment_name"]);

function labelsOf(series: readonly Series[]): string[] {
  return [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].filter((name) => name !== "le").toSorted();
}

type Read = (series: Series) => Point[];

function compute(
  group: readonly Series[],
  statistic: Statistic,
  times: readonly number[],
  read: Read,
): (number | null)[] {
  if (statistic === "value") return averageOf(group.map((series) => times.map(valuesAt(read(series)))));
  if (statistic === "rate") return sumOf(group.map((series) => ratesAt(read(series), times)));
  return quantilesOf(group, Number(statistic.slice(1)) / 100, times, read);
}

/** The latest value at a moment, while it holds. */
function valuesAt(points: readonly Point[], holdsUs = lookBackUs): (timeUs: number) => number | null {
  let index = -1;
  return (timeUs) => {
    while ((points[index + 1]?.timeUs ?? Infinity) <= timeUs) index += 1;
    const point = points[index];
    return point === undefined || timeUs - point.timeUs > holdsUs ? null : point.value;
  };
}

/** Increase a second of a counter; where it falls, the process has started anew. */
function ratesAt(points: readonly Point[], times: readonly number[]): (number | null)[] {
  let total = 0;
  const risen = points.map(({ timeUs, value }, index) => {
    const before = points[index - 1]?.value ?? value ?? 0;
    total += Math.max(0, (value ?? 0) >= before ? (value ?? 0) - before : (value ?? 0));
    return { timeUs, value: total };
  });
  const window = Math.max(minRateWindowUs, (times[1] ?? 0) - (times[0] ?? 0));
  // After a gap, what was counted before it has not just been counted.
  const start = times.map((timeUs) => timeUs - window).map(valuesAt(risen, Infinity));
  return times.map(valuesAt(risen)).map((end, index) => {
    const begin = start[index] ?? (end === null ? null : 0);
    return end === null || begin === null ? null : (end - begin) / (window / 1e6);
  });
}

/** The quantile of what was counted in each step, straight between the bounds of a bucket, as Prometheus does. */
function quantilesOf(
  group: readonly Series[],
  quantile: number,
  times: readonly number[],
  read: Read,
): (number | null)[] {
  const byBound = Map.groupBy(group, ({ labels }) => Number(labels["le"]?.replace("+Inf", "Infinity")));
  const bounds = [...byBound.keys()].toSorted((a, b) => a - b);
  const rates = bounds.map((bound) => sumOf((byBound.get(bound) ?? []).map((series) => ratesAt(read(series), times))));
  return times.map((_, index) =>
    quantileOf(
      quantile,
      bounds,
      rates.map((rate) => rate[index] ?? 0),
    ),
  );
}

function quantileOf(quantile: number, bounds: readonly number[], cumulative: readonly number[]): number | null {
  const total = cumulative.at(-1) ?? 0;
  if (total <= 0) return null;
  const wanted = quantile * total;
  const bucket = cumulative.findIndex((count) => count >= wanted);
  const upper = bounds[bucket] ?? Infinity;
  const lower = bounds[bucket - 1] ?? 0;
  if (upper === Infinity) return lower;
  const below = cumulative[bucket - 1] ?? 0;
  const within = (cumulative[bucket] ?? 0) - below;
  return within === 0 ? upper : lower + (upper - lower) * ((wanted - below) / within);
}

function sumOf(lines: readonly (readonly (number | null)[])[]): (number | null)[] {
  return combine(lines, (values) => values.reduce((sum, value) => sum + value, 0));
}

function averageOf(lines: readonly (readonly (number | null)[])[]): (number | null)[] {
  return combine(lines, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

function combine(lines: readonly (readonly (number | null)[])[], how: (values: number[]) => number): (number | null)[] {
  return (lines[0] ?? []).map((_, index) => {
    const values = lines.map((line) => line[index] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : how(values);
  });
}

function toExemplar({ timeUs, value, traceId, spanId }: StoredExemplar): ChartExemplar {
  return { timeUs, value, traceId, spanId };
}
