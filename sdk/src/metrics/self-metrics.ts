/** What the SDK says about itself on `/metrics`. */
import type { Metric } from "../vocabulary.ts";
import { attributes, metrics } from "../vocabulary.ts";
import { all, byLabel, observe } from "./observe.ts";
import type { Measured } from "./observe.ts";
import type { MetricPipeline } from "./pipeline.ts";
import type { Scraper } from "./scrape.ts";

type Counts = ReadonlyMap<string, number>;

export interface SelfSources {
  readonly logRecords: Counts;
  readonly droppedRecords: Counts;
  readonly diagnostics: Counts;
  readonly scraper: Scraper;
  readonly missedPropagations: () => number;
}

/**
 * Starts observing them.
 *
 * @returns What stops it.
 */
export function observeSelf(pipeline: MetricPipeline, sources: SelfSources): () => void {
  const { logRecords, droppedRecords, diagnostics, scraper, missedPropagations } = sources;
  const rows: readonly (readonly [Metric, () => Measured])[] = [
    [metrics.logRecords, () => byLabel(attributes.logLevel, logRecords)],
    [metrics.logDropped, () => byLabel(attributes.reason, droppedRecords)],
    [metrics.metricOverflow, () => byLabel(attributes.instrument, pipeline.overflows)],
    [metrics.diagnostics, () => byLabel(attributes.diagnosticCode, diagnostics)],
    [metrics.propagationMissed, missedPropagations],
    [metrics.scrapeDuration, () => scraper.previous.seconds],
    [metrics.scrapeSize, () => scraper.previous.bytes],
  ];
  return all(...rows.map(([metric, measure]) => observe(pipeline, metric, measure)));
}
