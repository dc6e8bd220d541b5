/** The `metrics` of the public API: instruments by name, made when first used, harmless before start. */
import { trace } from "@opentelemetry/api";
import type { Attributes, Meter, ObservableResult } from "@opentelemetry/api";
import { guard } from "../diagnostics.ts";
import { isIndexed } from "../indexed.ts";
import type { PrometheusRegistry } from "../option-parsers.ts";
import { withOutcome } from "../outcome.ts";
import { sdkVersion } from "../resource.ts";
import { durationBuckets, prometheusName } from "../vocabulary.ts";
import { declareGaugeRule } from "./gauge-rules.ts";
import type { GaugeRule } from "./gauge-rules.ts";
import { isMetricName, settingsOf } from "./instrument-settings.ts";
import type { MetricPipeline } from "./pipeline.ts";

export interface InstrumentOptions {
  /** What the metric says, one sentence; the HELP line of `/metrics`. */
  readonly description?: string;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{order}`. It becomes a suffix of the name on `/metrics`. */
  readonly unit?: string;
}

export interface GaugeOptions extends InstrumentOptions {
  /**
   * How the values of several workers become one on `/metrics`: `sum`, `max`, `min`, `mean`, `first` for any one of
   * them, or `omit`. What every worker reads from the same place, such as the length of a shared queue, wants `max`.
   *
   * @default "sum", and "mean" for the unit `1`
   */
  readonly inCluster?: GaugeRule;
}

export interface HistogramOptions extends InstrumentOptions {
  /**
   * Upper bounds of the buckets, rising, in the metric's unit.
   *
   * @default The bounds of the semantic conventions for seconds, 5 ms to 10 s
   */
  readonly buckets?: readonly number[];
}

/** Counts what happened; never goes down. */
export interface Counter {
  /** @param value - How many, not negative. */
  add(value: number, attributes?: Attributes): void;
}

/** Holds the latest value. */
export interface Gauge {
  record(value: number, attributes?: Attributes): void;
}

/** Counts values by size, with the active sampled span as exemplar. */
export interface Histogram {
  record(value: number, attributes?: Attributes): void;
  /** Runs a function and records its seconds, also when it throws or rejects; gives what the function gives. */
  time<T>(fn: () => T, attributes?: Attributes): T;
}

/** One observed value. */
export interface Observation {
  readonly value: number;
  readonly attributes?: Attributes;
}

/** Gives the value, or one for each combination of attributes, at each collection. */
export type Observer = () => number | readonly Observation[] | Promise<number | readonly Observation[]>;

export interface Metrics {
  /**
   * Finds or makes a counter.
   *
   * @example
   * metrics.counter("orders.placed", { unit: "{order}" }).add(1, { kind: "web" });
   */
  counter(name: string, options?: InstrumentOptions): Counter;
  /**
   * Finds or makes a histogram; its unit is seconds unless another is given.
   *
   * @example
   * const receipt = await metrics.histogram("cart.checkout.duration").time(() => checkout(cart));
   */
  histogram(name: string, options?: HistogramOptions): Histogram;
  /** Finds or makes a gauge. */
  gauge(name: string, options?: GaugeOptions): Gauge;
  /**
   * Asks for a value at each collection, as a gauge.
   *
   * @example
   * metrics.observe("queue.depth", () => queue.length, { unit: "{job}" });
   */
  observe(name: string, observer: Observer, options?: GaugeOptions): void;
  /** Joins the metrics of a prom-client or @prometheus-io/client registry to `/metrics`. */
  register(registry: PrometheusRegistry): void;
}

type Attach = (pipeline: MetricPipeline) => void;

let pipeline: MetricPipeline | undefined;
const registries = new Set<PrometheusRegistry>();
const observers: Attach[] = [];
const instruments = new Map<string, unknown>();

/**
 * Connects the instruments to a pipeline, or with undefined disconnects them.
 *
 * @internal
 */
export function connectInstruments(next: MetricPipeline | undefined): void {
  pipeline = next;
  if (next !== undefined) for (const attach of observers) attach(next);
}

/**
 * The registries that joined, in the order in which they did.
 *
 * @internal
 */
export function joinedRegistries(): ReadonlySet<PrometheusRegistry> {
  return registries;
}

export const metrics: Metrics = {
  counter: (name, options) =>
    once("counter", name, () => {
      const use = whenConnected((to) => meterOf(to).createCounter(name, settingsOf(options)));
      return { add: guard(`counter ${name}`, (value, attributes) => use()?.add(value, named(attributes))) };
    }) ?? { add() {} },

  gauge: (name, options) =>
    once("gauge", name, () => {
      declareRule(name, options);
      const use = whenConnected((to) => meterOf(to).createGauge(name, settingsOf(options)));
      return { record: guard(`gauge ${name}`, (value, attributes) => use()?.record(value, named(attributes))) };
    }) ?? { record() {} },

  histogram: (name, options) =>
    once("histogram", name, () => {
      const { description = "", unit = "s", buckets = durationBuckets } = settingsOf(options);
      const definition = { name, unit, description, boundaries: buckets };
      const use = whenConnected((to) => to.histograms.histogram(definition));
      const record = guard(`histogram ${name}`, (value: number, attributes?: Attributes) =>
        use()?.series(named(attributes)).record(value, trace.getActiveSpan()),
      );
      const time: Histogram["time"] = (fn, attributes) => {
        const start = performance.now();
        return withOutcome(fn, () => record((performance.now() - start) / 1000, attributes));
      };
      return { record, time };
    }) ?? { record() {}, time: (fn) => fn() },

  observe(name, observer, options) {
    if (!isMetricName(name)) return;
    declareRule(name, options);
    const attach: Attach = (to) =>
      meterOf(to)
        .createObservableGauge(name, settingsOf(options))
        .addCallback(async (result) => observeAll(await observer(), result));
    observers.push(attach);
    if (pipeline !== undefined) attach(pipeline);
  },

  register(registry) {
    registries.add(registry);
  },
};

const none: Attributes = {};

/** Plain JavaScript may give anything. */
function named(attributes: Attributes = none): Attributes {
  return typeof attributes !== "object" || attributes === null || isIndexed(attributes) ? none : attributes;
}

function declareRule(name: string, options: GaugeOptions | undefined): void {
  const { unit = "", inCluster } = settingsOf(options);
  if (inCluster !== undefined) declareGaugeRule(prometheusName({ name, type: "gauge", unit }), inCluster);
}

function observeAll(observed: number | readonly Observation[], result: ObservableResult): void {
  const values = typeof observed === "number" ? [{ value: observed }] : observed;
  for (const { value, attributes } of values) result.observe(value, attributes);
}

/** Undefined for a name that no metric may have. */
function once<T>(kind: string, name: string, make: () => T): T | undefined {
  if (!isMetricName(name)) return undefined;
  const key = `${kind} ${name}`;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key starts with the kind, which fixes T
  const known = instruments.get(key) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  instruments.set(key, made);
  return made;
}

/** Makes something of the pipeline when it is first used, and anew after a restart. */
function whenConnected<T>(make: (to: MetricPipeline) => T): () => T | undefined {
  let made: { readonly to: MetricPipeline; readonly instrument: T } | undefined;
  return () => {
    if (pipeline === undefined) return undefined;
    if (made?.to !== pipeline) made = { to: pipeline, instrument: make(pipeline) };
    return made.instrument;
  };
}

function meterOf(to: MetricPipeline): Meter {
  return to.provider.getMeter("@obsbox/sdk", sdkVersion);
}
