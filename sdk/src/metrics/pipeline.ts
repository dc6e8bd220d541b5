/** The meter provider, read by `/metrics` and, when asked for, pushed by OTLP. */
import { metrics as api } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, MetricReader, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { CollectionResult, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { MetricOptions, Options, TraceOptions } from "../options.ts";
import { createHistograms } from "./histogram.ts";
import type { Histograms } from "./histogram.ts";
import { createOverflowCounts } from "./overflows.ts";
import { createTotals, temporalityOf } from "./totals.ts";

export interface MetricPipeline {
  readonly provider: MeterProvider;
  readonly histograms: Histograms;
  /** Reads every metric now. */
  readonly collect: () => Promise<ResourceMetrics>;
  /** By instrument: collections in which it put measurements into its overflow series. */
  readonly overflows: ReadonlyMap<string, number>;
  /** Pushes what is pushed. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Collects only when it is asked to. */
class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Makes the meter provider and registers it with the OpenTelemetry API. */
export function startMetrics(options: Options, resource: Resource): MetricPipeline {
  const { exporter, seriesLimit, exemplars } = options.metrics;
  const histograms = createHistograms({ seriesLimit, exemplars });
  const reader = new PullReader({
    aggregationTemporalitySelector: temporalityOf,
    cardinalitySelector: () => seriesLimit + 1, // The overflow series is one of them.
    metricProducers: [histograms.producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const totals = createTotals(seriesLimit);
  const overflows = createOverflowCounts();
  const collect = async (): Promise<CollectionResult> => {
    const { resourceMetrics, errors } = await reader.collect();
    const complete = totals.add(resourceMetrics);
    overflows.note(complete);
    return { resourceMetrics: complete, errors };
  };
  const push = exporter.includes("otlp") ? createPush(options, collect) : undefined;
  api.setGlobalMeterProvider(provider);
  return {
    provider,
    histograms,
    overflows: overflows.counts,
    collect: async () => (await collect()).resourceMetrics,
    flush: async () => push?.forceFlush(),
    async stop() {
      await push?.shutdown();
      await provider.shutdown();
      api.disable();
    },
  };
}

/** Reads what `/metrics` reads: a second reader of the provider would keep what is new for ever where nobody scrapes. */
function createPush({ metrics, traces }: Options, collect: () => Promise<CollectionResult>): MetricReader {
  const push = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(targetOf(metrics, traces)),
    exportIntervalMillis: metrics.pushIntervalMs,
    exportTimeoutMillis: Math.min(traces.timeoutMs, metrics.pushIntervalMs),
  });
  push.setMetricProducer({ collect });
  return push;
}

/** Where the traces go, with their headers, unless metrics have an address of their own. */
function targetOf(metrics: MetricOptions, traces: TraceOptions) {
  const shared = traces.endpoint === undefined ? undefined : `${traces.endpoint.replace(/\/$/, "")}/v1/metrics`;
  const url = metrics.url ?? shared;
  const isApart = metrics.url !== undefined || traces.url !== undefined;
  const headers = metrics.headers ?? (isApart ? {} : traces.headers);
  return url === undefined ? { headers } : { url, headers };
}
