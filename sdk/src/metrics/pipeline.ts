/** The meter provider, read by `/metrics` and, when asked for, pushed by OTLP. */
import { metrics as api } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, MetricReader, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { MetricProducer, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Options } from "../options.ts";
import { createHistograms } from "./histogram.ts";
import type { Histograms } from "./histogram.ts";

export interface MetricPipeline {
  readonly provider: MeterProvider;
  readonly histograms: Histograms;
  /** Reads every metric now. */
  readonly collect: () => Promise<ResourceMetrics>;
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
  const pull = new PullReader({ cardinalitySelector: () => seriesLimit, metricProducers: [histograms.producer] });
  const readers = exporter.includes("otlp") ? [pull, pushReader(options, histograms.producer)] : [pull];
  const provider = new MeterProvider({ resource, readers });
  api.setGlobalMeterProvider(provider);
  return {
    provider,
    histograms,
    collect: async () => (await pull.collect()).resourceMetrics,
    flush: () => provider.forceFlush(),
    async stop() {
      await provider.shutdown();
      api.disable();
    },
  };
}

function pushReader({ metrics, traces }: Options, ownHistograms: MetricProducer): MetricReader {
  const { endpoint, headers } = traces;
  const target = endpoint === undefined ? {} : { url: `${endpoint.replace(/\/$/, "")}/v1/metrics` };
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ ...target, headers }),
    exportIntervalMillis: metrics.pushIntervalMs,
    exportTimeoutMillis: Math.min(traces.timeoutMs, metrics.pushIntervalMs),
    cardinalityLimits: { default: metrics.seriesLimit },
    metricProducers: [ownHistograms],
  });
}
