/** The tracer provider, the context of asynchronous work and the headers between services. */
import { context, propagation, trace } from "@opentelemetry/api";
import type { MeterProvider, TextMapPropagator } from "@opentelemetry/api";
import { CompositePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { RememberingContextManager } from "../lifecycle/left-context.ts";
import { carryColor } from "../coloring/color-propagator.ts";
import type { Coloring } from "../coloring/coloring.ts";
import type { TraceOptions } from "../options.ts";
import { createBaggagePropagator } from "./baggage.ts";
import type { SpanCounts } from "./delivery/index.ts";
import type { SamplerCounts } from "./error-biased.ts";
import { createExporter } from "./exporter.ts";
import type { ExportStatus, UnsentRequest } from "./exporter.ts";
import { createTracerProvider } from "./provider.ts";
import { createSampling } from "./sampler.ts";

export interface TracePipeline {
  /** Undefined when spans go nowhere. */
  readonly status: () => ExportStatus | undefined;
  /** Undefined when spans go nowhere. */
  readonly counts: () => SpanCounts | undefined;
  /** Undefined unless the sampler is the error-biased one. */
  readonly sampling: SamplerCounts | undefined;
  /** Gives all that has not arrived and forgets it, for a process that ends and cannot wait. */
  readonly unsent: () => readonly UnsentRequest[];
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Parts {
  readonly resource: Resource;
  /** Gets the metrics of the span queue. */
  readonly meterProvider: MeterProvider;
  /** Takes the spans instead of the exporter that the options ask for. */
  readonly processor?: SpanProcessor | undefined;
  readonly coloring: Coloring;
}

/** Makes the tracer provider and registers it, with context and propagation, with the OpenTelemetry API. */
export function startTraces(
  options: TraceOptions,
  { resource, meterProvider, processor, coloring }: Parts,
): TracePipeline {
  const exporter = processor === undefined ? createExporter(options, { resource, meterProvider }) : undefined;
  const { sampler, errorBiased } = createSampling(options);
  const delivery = processor ?? exporter?.processor;
  const used = delivery && errorBiased ? errorBiased.before(delivery) : delivery;
  const provider = createTracerProvider({
    resource,
    sampler,
    limits: { attributeCount: options.attributeLimit, attributeLength: options.attributeLengthLimit },
    processor: used,
    onLocalRoot: coloring.colorCarried,
  });
  context.setGlobalContextManager(new RememberingContextManager().enable());
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: propagatorsFor(options, coloring) }));
  trace.setGlobalTracerProvider(provider);
  return {
    status: () => exporter?.status(),
    counts: () => exporter?.counts(),
    sampling: errorBiased,
    unsent: () => exporter?.unsent() ?? [],
    flush: async () => used?.forceFlush(),
    async stop() {
      await used?.shutdown();
      for (const api of [trace, context, propagation]) api.disable();
    },
  };
}

function propagatorsFor({ propagators }: TraceOptions, { markOf }: Coloring): TextMapPropagator[] {
  if (propagators.includes("none")) return [];
  return [
    ...(propagators.includes("tracecontext") ? [new W3CTraceContextPropagator()] : []),
    ...(propagators.includes("baggage") ? [carryColor(createBaggagePropagator(), markOf)] : []),
  ];
}
