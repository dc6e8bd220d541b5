/** Observable instruments made from rows of the vocabulary. */
import type { Attributes, Observable, ObservableCallback } from "@opentelemetry/api";
import { sdkVersion } from "../resource.ts";
import type { Metric } from "../vocabulary.ts";
import type { MetricPipeline } from "./pipeline.ts";

/** Values of one metric: a number, several with their attributes, or undefined where it cannot be measured. */
export type Measured = number | undefined | Iterable<readonly [Attributes, number]>;

/**
 * Asks for the values of a metric at each collection.
 *
 * @returns What stops the asking.
 */
export function observe({ provider }: MetricPipeline, metric: Metric, measure: () => Measured): () => void {
  const instrument = create(provider.getMeter("@obsbox/sdk", sdkVersion), metric);
  const callback: ObservableCallback = (result) => {
    const measured = measure();
    if (measured === undefined) return;
    if (typeof measured === "number") result.observe(measured);
    else for (const [attributes, value] of measured) result.observe(value, attributes);
  };
  instrument.addCallback(callback);
  return () => instrument.removeCallback(callback);
}

type Meter = ReturnType<MetricPipeline["provider"]["getMeter"]>;

function create(meter: Meter, { name, type, unit, help: description }: Metric): Observable {
  if (type === "counter") return meter.createObservableCounter(name, { unit, description });
  if (type === "upDownCounter") return meter.createObservableUpDownCounter(name, { unit, description });
  return meter.createObservableGauge(name, { unit, description });
}

/** Counts by one label, as {@link observe} takes them. */
export function* byLabel(
  label: string,
  counts: Iterable<readonly [string, number]>,
): Iterable<readonly [Attributes, number]> {
  for (const [value, count] of counts) yield [{ [label]: value }, count];
}

/** Stops several at once. */
export function all(...stops: readonly (() => void)[]): () => void {
  return () => {
    for (const stop of stops) stop();
  };
}
