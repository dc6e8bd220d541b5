/**
 * The metrics of a span processor, by the names of OpenTelemetry: dashboards and alerts that know its own processor
 * know ours.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
import type { MeterProvider, ObservableResult } from "@opentelemetry/api";
import { sdkVersion } from "../../resource.ts";
import type { SpanLedger } from "./ledger.ts";

interface Queue {
  readonly length: number;
  readonly capacity: number;
}

const type = "batching_span_processor";
const component = { "otel.component.type": type, "otel.component.name": `${type}/0` };

/**
 * Starts observing them.
 *
 * @returns What stops it.
 */
export function observeProcessor(provider: MeterProvider, ledger: SpanLedger, queue: Queue): () => void {
  const meter = provider.getMeter("@obsbox/sdk", sdkVersion);
  const unit = "{span}";
  const processed = meter.createObservableCounter("otel.sdk.processor.span.processed", {
    unit,
    description: "Spans that the processor has finished with, delivered or lost",
  });
  const size = meter.createObservableUpDownCounter("otel.sdk.processor.span.queue.size", {
    unit,
    description: "Spans in the queue of the processor",
  });
  const capacity = meter.createObservableUpDownCounter("otel.sdk.processor.span.queue.capacity", {
    unit,
    description: "Spans that the queue of the processor holds at most",
  });
  const observeProcessed = (result: ObservableResult) => {
    result.observe(ledger.delivered, component);
    for (const [reason, spans] of ledger.dropped)
      if (spans > 0) result.observe(spans, { ...component, "error.type": reason });
  };
  const observeSize = (result: ObservableResult) => result.observe(queue.length, component);
  const observeCapacity = (result: ObservableResult) => result.observe(queue.capacity, component);
  processed.addCallback(observeProcessed);
  size.addCallback(observeSize);
  capacity.addCallback(observeCapacity);
  return () => {
    processed.removeCallback(observeProcessed);
    size.removeCallback(observeSize);
    capacity.removeCallback(observeCapacity);
  };
}
