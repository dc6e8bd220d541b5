/** Series of a histogram, each looked up once for each combination of its labels. */
import type { Attributes } from "@opentelemetry/api";
import type { HistogramSeries, OwnHistogram } from "../metrics/histogram.ts";
import type { MetricPipeline } from "../metrics/pipeline.ts";
import type { Metric } from "../vocabulary.ts";

/** More keys than this are not labels any more; the histogram bounds its series by itself. */
const maxCached = 10_000;

/** Gives a histogram of the vocabulary. */
export function histogramOf(
  { histograms }: MetricPipeline,
  { name, unit, help }: Metric,
  boundaries: readonly number[],
): OwnHistogram {
  return histograms.histogram({ name, unit, description: help, boundaries });
}

/**
 * Gives the series that a measured thing belongs to.
 *
 * @param keyOf - Tells series apart, cheaper than their labels do.
 * @param labelsOf - Its labels; those without a value are left out.
 */
export function cachedSeries<T>(
  histogram: OwnHistogram,
  keyOf: (measured: T) => string,
  labelsOf: (measured: T) => Readonly<Record<string, Attributes[string]>>,
): (measured: T) => HistogramSeries {
  const known = new Map<string, HistogramSeries>();
  return (measured) => {
    const key = keyOf(measured);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= maxCached) known.clear();
    const series = histogram.series(defined(labelsOf(measured)));
    known.set(key, series);
    return series;
  };
}

function defined(labels: Readonly<Record<string, Attributes[string]>>): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
}
