/** The tracer provider: starts spans, or stands-in for spans that are not sampled. */
import { context as contextApi, INVALID_SPAN_CONTEXT, SpanKind, trace, TraceFlags } from "@opentelemetry/api";
import type {
  Context,
  Span,
  SpanContext,
  SpanOptions,
  Tracer,
  TracerOptions,
  TracerProvider,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import { RandomIdGenerator, SamplingDecision } from "@opentelemetry/sdk-trace";
import type { Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import { RecordingSpan } from "./span.ts";
import type { SpanLimits, SpanOwner } from "./span.ts";

export interface ProviderSettings {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  /** Undefined when spans go nowhere. */
  readonly processor: SpanProcessor | undefined;
}

/** Makes the provider that is registered with the OpenTelemetry API. */
export function createTracerProvider({ sampler, ...common }: ProviderSettings): TracerProvider {
  const tracers = new Map<string, Tracer>();
  return {
    getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
      const scope = { name, version, schemaUrl: options?.schemaUrl };
      const key = JSON.stringify(scope);
      const tracer = tracers.get(key) ?? new RecordingTracer(sampler, { ...common, scope: defined(scope) });
      tracers.set(key, tracer);
      return tracer;
    },
  };
}

const ids = new RandomIdGenerator();
const noAttributes = {};

class RecordingTracer implements Tracer {
  readonly #sampler: Sampler;
  readonly #owner: SpanOwner;

  constructor(sampler: Sampler, owner: SpanOwner) {
    this.#sampler = sampler;
    this.#owner = owner;
  }

  startSpan(name: string, options: SpanOptions = {}, given: Context = contextApi.active()): Span {
    const context = options.root === true ? trace.deleteSpan(given) : given;
    if (isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const parent = parentIn(context);
    const { kind = SpanKind.INTERNAL, attributes = noAttributes, links = [], startTime } = options;
    const traceId = parent?.traceId ?? ids.generateTraceId();
    const sampled = this.#sampler.shouldSample(context, traceId, name, kind, attributes, links);
    const spanContext: SpanContext = {
      traceId,
      spanId: ids.generateSpanId(),
      traceFlags: sampled.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
    };
    const traceState = sampled.traceState ?? parent?.traceState;
    if (traceState !== undefined) spanContext.traceState = traceState;
    if (sampled.decision === SamplingDecision.NOT_RECORD) return trace.wrapSpanContext(spanContext);
    const span = new RecordingSpan(this.#owner, { name, kind, context: spanContext, parent, startTime, attributes });
    if (sampled.attributes !== undefined) span.setAttributes(sampled.attributes);
    if (links.length > 0) span.addLinks(links);
    this.#owner.processor?.onStart(span, context);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: ActiveSpanArguments<F>): ReturnType<F> {
    const [options, parent, run] = argumentsOf(rest);
    const context = parent ?? contextApi.active();
    const span = this.startSpan(name, options, context);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `run` gives, which the API calls ReturnType
    return contextApi.with(trace.setSpan(context, span), () => run(span)) as ReturnType<F>;
  }
}

type ActiveSpanArguments<F> = [F] | [SpanOptions, F] | [SpanOptions, Context, F];

function argumentsOf<F>(rest: ActiveSpanArguments<F>): [SpanOptions, Context | undefined, F] {
  if (rest.length === 1) return [{}, undefined, rest[0]];
  return rest.length === 2 ? [rest[0], undefined, rest[1]] : rest;
}

/** A caller can send anything: ids that are none begin a trace of our own. */
function parentIn(context: Context): SpanContext | undefined {
  const parent = trace.getSpanContext(context);
  return parent !== undefined && trace.isSpanContextValid(parent) ? parent : undefined;
}

function defined(scope: { name: string; version: string | undefined; schemaUrl: string | undefined }) {
  const { name, version, schemaUrl } = scope;
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(schemaUrl === undefined ? {} : { schemaUrl }),
  };
}
