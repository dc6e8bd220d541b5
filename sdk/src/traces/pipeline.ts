/** The tracer provider, the context of asynchronous work and the headers between services. */
import { context, propagation, trace } from "@opentelemetry/api";
import type { MeterProvider, TextMapPropagator } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { TraceOptions } from "../options.ts";
import { CountingExporter, createExporter } from "./exporter.ts";
import type { ExportStatus } from "./exporter.ts";
import { createTracerProvider } from "./provider.ts";
import { samplers } from "./sampler.ts";

export interface TracePipeline {
  /** Undefined when spans go nowhere. */
  readonly status: () => ExportStatus | undefined;
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Parts {
  readonly resource: Resource;
  /** Gets the metrics of the span queue. */
  readonly meterProvider: MeterProvider;
  /** Takes the spans instead of the exporter that the options ask for. */
  readonly processor?: SpanProcessor | undefined;
}

/** Makes the tracer provider and registers it, with context and propagation, with the OpenTelemetry API. */
export function startTraces(options: TraceOptions, { resource, meterProvider, processor }: Parts): TracePipeline {
  const made = processor === undefined ? createExporter(options) : undefined;
  const exporter = made && new CountingExporter(made.exporter, made.target);
  const used = processor ?? (exporter && processorFor(exporter, options, meterProvider));
  const provider = createTracerProvider({
    resource,
    sampler: samplers[options.sampler](options.ratio),
    limits: { attributeCount: options.attributeLimit, attributeLength: options.attributeLengthLimit },
    processor: used,
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: propagatorsFor(options) }));
  trace.setGlobalTracerProvider(provider);
  return {
    status: () => exporter?.status(),
    flush: async () => used?.forceFlush(),
    async stop() {
      await used?.shutdown();
      for (const api of [trace, context, propagation]) api.disable();
    },
  };
}

function processorFor(exporter: CountingExporter, options: TraceOptions, meterProvider: MeterProvider): SpanProcessor {
  if (options.exporter === "console") return new SimpleSpanProcessor({ exporter });
  return new BatchSpanProcessor({
    exporter,
    maxQueueSize: options.queueSize,
    maxExportBatchSize: Math.min(options.batchSize, options.queueSize),
    scheduledDelayMillis: options.delayMs,
    exportTimeoutMillis: options.timeoutMs,
    selfObsMeterProvider: meterProvider,
  });
}

function propagatorsFor({ propagators }: TraceOptions): TextMapPropagator[] {
  if (propagators.includes("none")) return [];
  return [
    ...(propagators.includes("tracecontext") ? [new W3CTraceContextPropagator()] : []),
    ...(propagators.includes("baggage") ? [new W3CBaggagePropagator()] : []),
  ];
}
