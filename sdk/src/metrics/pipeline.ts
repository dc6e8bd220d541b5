/** The meter provider, read by `/metrics` and, when asked for, pushed by OTLP. */
import { metrics as api } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Options } from "../options.ts";
import { createHistograms } from "./histogram.ts";
import type { Histograms } from "./histogram.ts";
import { createOverflowCounts } from "./overflows.ts";
import { startPush } from "./push.ts";
import { showLabels } from "./secrets.ts";
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

/** An observer of the service that takes longer is left out: the others are not held up. */
const observerTimeoutMs = 2000;

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
  const collect = async (): Promise<ResourceMetrics> => {
    const { resourceMetrics } = await reader.collect({ timeoutMillis: observerTimeoutMs });
    showLabels(resourceMetrics);
    const complete = totals.add(resourceMetrics);
    overflows.note(complete);
    return complete;
  };
  // Sends what `/metrics` reads: a second reader of the provider would keep what is new for ever where nobody scrapes.
  const push = exporter.includes("otlp") ? startPush(options, collect) : undefined;
  api.setGlobalMeterProvider(provider);
  return {
    provider,
    histograms,
    overflows: overflows.counts,
    collect,
    flush: async () => push?.flush(),
    async stop() {
      await push?.stop();
      await provider.shutdown();
      api.disable();
    },
  };
}
