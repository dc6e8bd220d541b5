/** The tracing helpers of the public API. Without a started SDK they run the function and do nothing else. */
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, AttributeValue, Context, Link, Span, SpanOptions } from "@opentelemetry/api";
import { headerGetter } from "../carrier.ts";
import { epochMs } from "../clock.ts";
import { messageOf, report } from "../diagnostics.ts";
import { withOutcome } from "../outcome.ts";
import { sdkVersion } from "../resource.ts";
import { attributes as names } from "../vocabulary.ts";

export interface SpanSettings {
  readonly attributes?: Attributes;
  /** @default "internal" */
  readonly kind?: "internal" | "server" | "client" | "producer" | "consumer";
  readonly links?: readonly Link[];
}

/** Header names and values that carry a trace to another service or through a queue. */
export type Carrier = Record<string, unknown>;

const kinds: Readonly<Record<NonNullable<SpanSettings["kind"]>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/**
 * Runs a function in a span of its own. The span ends when the function has returned or its promise has settled; an
 * error is recorded on it, makes it an error, and is passed on.
 *
 * @param name - What is done, with few different values: put ids into attributes.
 * @returns What the function returns.
 * @example
 * const receipt = await withSpan("charge card", async (span) => {
 *   span.setAttribute("order.id", order.id);
 *   return charge(order);
 * });
 */
export function withSpan<T>(name: string, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, settings: SpanSettings, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, ...rest: [(span: Span) => T] | [SpanSettings, (span: Span) => T]): T {
  const [settings, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
  const tracer = trace.getTracer("@obsbox/sdk", sdkVersion);
  const options = { ...optionsOf(settings), startTime: epochMs() };
  return tracer.startActiveSpan(name, options, (span) =>
    withOutcome(
      () => fn(span),
      (failure) => {
        if (failure !== undefined) markFailed(span, failure.error);
        if (span.isRecording()) span.end(epochMs());
      },
    ),
  );
}

/**
 * Makes a function that runs in a span of its own each time it is called.
 *
 * @example
 * const placeOrder = traced("place order", async (order: Order) => store.save(order));
 */
export function traced<A extends unknown[], T>(name: string, fn: (...args: A) => T): (...args: A) => T {
  return (...args) => withSpan(name, () => fn(...args));
}

/** The id of the trace that is active now, 32 hex digits; undefined when none is. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** Sets an attribute of the active span; does nothing when none is active. */
export function setAttribute(key: string, value: AttributeValue): void {
  trace.getActiveSpan()?.setAttribute(key, value);
}

/**
 * Records an error on the active span and makes the span an error; does nothing when no span is active.
 *
 * @param error - Anything that was thrown.
 */
export function recordError(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span !== undefined) markFailed(span, error);
}

/** Ties a function to the context that is active now, for callbacks that some other code will call later. */
export function bindContext<F extends (...args: never[]) => unknown>(fn: F): F {
  return typeof fn === "function" ? context.bind(context.active(), fn) : fn;
}

/**
 * Writes the active trace and baggage into headers, for queues and protocols that are not instrumented.
 *
 * @returns The carrier that was given.
 * @example
 * await queue.publish({ body, headers: injectContext({}) });
 */
export function injectContext<C extends Carrier>(carrier: C): C {
  inject(carrier);
  return carrier;
}

/**
 * Runs a function as part of the trace that headers carry.
 *
 * @param carrier - Values may be bytes, as those of kafkajs are.
 * @example
 * await withExtractedContext(message.headers, () => withSpan("handle order", { kind: "consumer" }, handle));
 */
export function withExtractedContext<T>(carrier: Carrier, fn: () => T): T {
  return context.with(extracted(carrier), fn);
}

function inject(carrier: Carrier): void {
  try {
    propagation.inject(context.active(), carrier);
  } catch (error) {
    report("carrier", `trace headers could not be written: ${messageOf(error)}; give a plain object that may change`);
  }
}

/** A carrier that cannot be read carries nothing. */
function extracted(carrier: Carrier): Context {
  try {
    return propagation.extract(context.active(), carrier, headerGetter);
  } catch {
    return context.active();
  }
}

/** Plain JavaScript may give anything; a span without its settings is better than none. */
function optionsOf(settings: SpanSettings): Omit<SpanOptions, "startTime"> {
  try {
    const { attributes = {}, kind = "internal", links = [] } = settings;
    return { attributes, kind: kinds[kind] ?? SpanKind.INTERNAL, links: [...links] };
  } catch {
    return {};
  }
}

/** Records an error on a span and makes the span an error. */
export function markFailed(span: Span, error: unknown): void {
  try {
    const exception = error instanceof Error ? error : { name: typeof error, message: messageOf(error) };
    span.recordException(exception);
    span.setAttribute(names.errorType, exception.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
  } catch {
    span.setStatus({ code: SpanStatusCode.ERROR }); // A proxy, or a getter that throws.
  }
}
