/** What the SDK says about itself on `/metrics`. */
import type { MemberCounts } from "../cluster/members.ts";
import type { Metric } from "../vocabulary.ts";
import { attributes, metrics } from "../vocabulary.ts";
import { all, byLabel, observe } from "./observe.ts";
import type { Measured } from "./observe.ts";
import type { MetricPipeline } from "./pipeline.ts";
import type { Scraper } from "./scrape.ts";

type Counts = ReadonlyMap<string, number>;

/** What became of the spans of this process. */
export interface SpanTotals {
  readonly made: number;
  readonly delivered: number;
  readonly dropped: Counts;
  readonly pending: number;
  readonly pendingBytes: number;
}

export interface SelfSources {
  readonly logRecords: Counts;
  readonly droppedRecords: Counts;
  readonly logQueueBytes: () => number;
  readonly diagnostics: Counts;
  readonly uncaughtExceptions: Counts;
  /** Undefined when spans go nowhere. */
  readonly spans: () => SpanTotals | undefined;
  readonly lastSuccesses: Counts;
  /** Undefined where no other processes are shown. */
  readonly cluster: () => MemberCounts | undefined;
  readonly scraper: Scraper;
  readonly missedPropagations: () => number;
  readonly coloring: { readonly requests: Counts; readonly refused: Counts };
  /** Undefined unless the sampler is the error-biased one. */
  readonly sampling: { readonly traces: Counts; readonly dropped: Counts; pending(): number } | undefined;
}

/**
 * Starts observing them.
 *
 * @returns What stops it.
 */
export function observeSelf(pipeline: MetricPipeline, sources: SelfSources): () => void {
  const { logRecords, droppedRecords, diagnostics, uncaughtExceptions, cluster, scraper, missedPropagations } = sources;
  const { spans, lastSuccesses } = sources;
  const rows: readonly (readonly [Metric, () => Measured])[] = [
    [metrics.logRecords, () => byLabel(attributes.logLevel, logRecords)],
    [metrics.logDropped, () => byLabel(attributes.reason, droppedRecords)],
    [metrics.logQueueSize, sources.logQueueBytes],
    [metrics.metricOverflow, () => byLabel(attributes.instrument, pipeline.overflows)],
    [metrics.uncaughtExceptions, () => byLabel(attributes.event, uncaughtExceptions)],
    [metrics.spansMade, () => spans()?.made],
    [metrics.spansDelivered, () => spans()?.delivered],
    [metrics.spansDropped, () => byLabel(attributes.reason, spans()?.dropped ?? [])],
    [metrics.spansPending, () => spans()?.pending],
    [metrics.spansPendingSize, () => spans()?.pendingBytes],
    [metrics.exporterLastSuccess, () => byLabel(attributes.signal, lastSuccesses)],
    [metrics.diagnostics, () => byLabel(attributes.diagnosticCode, diagnostics)],
    [metrics.propagationMissed, missedPropagations],
    [metrics.coloredRequests, () => byLabel(attributes.source, sources.coloring.requests)],
    [metrics.colorRefused, () => byLabel(attributes.reason, sources.coloring.refused)],
    ...samplingRows(sources.sampling),
    [metrics.clusterProcesses, () => processesOf(cluster())],
    [metrics.clusterLate, () => cluster()?.late],
    [metrics.clusterEnded, () => byLabel(attributes.reason, endsOf(cluster()))],
    [metrics.scrapeDuration, () => scraper.previous.seconds],
    [metrics.scrapeSize, () => scraper.previous.bytes],
  ];
  return all(...rows.map(([metric, measure]) => observe(pipeline, metric, measure)));
}

function samplingRows(sampling: SelfSources["sampling"]): readonly (readonly [Metric, () => Measured])[] {
  if (sampling === undefined) return [];
  return [
    [metrics.samplerTraces, () => byLabel(attributes.reason, sampling.traces)],
    [metrics.samplerDropped, () => byLabel(attributes.reason, sampling.dropped)],
    [metrics.samplerPending, () => sampling.pending()],
  ];
}

function processesOf(counts: MemberCounts | undefined): number | undefined {
  return counts === undefined ? undefined : 1 + counts.answered + counts.late;
}

function endsOf(counts: MemberCounts | undefined): readonly (readonly [string, number])[] {
  return counts === undefined ? [] : [["closed", counts.closed] as const, ["lost", counts.lost] as const];
}
