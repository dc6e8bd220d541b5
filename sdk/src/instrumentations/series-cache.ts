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

/** What follows one part: the series after the last of them. */
type Branch = Map<unknown, Branch | HistogramSeries>;

/**
 * Gives the series that a measured thing belongs to. It is found part by part: to make one text of the parts costs more
 * than to record the value.
 *
 * @param partsOf - What tells series apart, always as many.
 * @param labelsOf - Its labels; those without a value are left out.
 */
export function cachedSeries<T>(
  histogram: OwnHistogram,
  partsOf: (measured: T) => readonly unknown[],
  labelsOf: (measured: T) => Readonly<Record<string, Attributes[string]>>,
): (measured: T) => HistogramSeries {
  const known: Branch = new Map();
  let cached = 0;
  return (measured) => {
    const parts = partsOf(measured);
    let found: Branch | HistogramSeries | undefined = known;
    for (const part of parts) found = found instanceof Map ? found.get(part) : undefined;
    if (found !== undefined && !(found instanceof Map)) return found;
    if (cached >= maxCached) {
      known.clear();
      cached = 0;
    }
    cached += 1;
    const series = histogram.series(defined(labelsOf(measured)));
    keep(known, parts, series);
    return series;
  };
}

function keep(known: Branch, [part, ...rest]: readonly unknown[], series: HistogramSeries): void {
  if (rest.length === 0) {
    known.set(part, series);
    return;
  }
  const next = known.get(part);
  const branch: Branch = next instanceof Map ? next : new Map();
  known.set(part, branch);
  keep(branch, rest, series);
}

function defined(labels: Readonly<Record<string, Attributes[string]>>): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
}
