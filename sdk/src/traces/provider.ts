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
import type { Sampler, SamplingResult, SpanProcessor } from "@opentelemetry/sdk-trace";
import { isLocal } from "../coloring/colored.ts";
import type { LocalSpan } from "../coloring/colored.ts";
import { attributes as names } from "../vocabulary.ts";
import { RecordingSpan } from "./span.ts";
import type { SpanLimits, SpanOwner } from "./span.ts";
import { UnsampledSpan } from "./unsampled-span.ts";

export interface ProviderSettings {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  /** Undefined when spans go nowhere. */
  readonly processor: SpanProcessor | undefined;
  /** Told of the first span of each trace in this process. */
  readonly onLocalRoot?: LocalRootListener | undefined;
}

type LocalRootListener = (span: LocalSpan, context: Context) => void;

/** Makes the provider that is registered with the OpenTelemetry API. */
export function createTracerProvider({ sampler, onLocalRoot, ...common }: ProviderSettings): TracerProvider {
  const tracers = new Map<string, Tracer>();
  return {
    getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
      const scope = { name, version, schemaUrl: options?.schemaUrl };
      const key = JSON.stringify(scope);
      const tracer =
        tracers.get(key) ?? new RecordingTracer({ ...common, scope: defined(scope) }, sampler, onLocalRoot);
      tracers.set(key, tracer);
      return tracer;
    },
  };
}

const ids = new RandomIdGenerator();
const noAttributes = {};

/** Whatever a sampler says: what a coloured request does is kept. */
const keptForItsColor: SamplingResult = {
  decision: SamplingDecision.RECORD_AND_SAMPLED,
  attributes: { [names.colored]: true },
};

class RecordingTracer implements Tracer {
  readonly #sampler: Sampler;
  readonly #owner: SpanOwner;
  readonly #onLocalRoot: LocalRootListener | undefined;

  constructor(owner: SpanOwner, sampler: Sampler, onLocalRoot: LocalRootListener | undefined) {
    this.#sampler = sampler;
    this.#owner = owner;
    this.#onLocalRoot = onLocalRoot;
  }

  startSpan(name: string, options: SpanOptions = {}, given: Context = contextApi.active()): Span {
    const context = options.root === true ? trace.deleteSpan(given) : given;
    if (isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const above = trace.getSpan(context);
    const local = isLocal(above) ? above : undefined;
    const parent = local === undefined ? validContextOf(above) : local.spanContext();
    const localRoot = local?.localRoot;
    const { kind = SpanKind.INTERNAL, attributes = noAttributes, links = [], startTime } = options;
    const traceId = parent?.traceId ?? ids.generateTraceId();
    const sampled =
      localRoot?.isColored === true
        ? keptForItsColor
        : this.#sampler.shouldSample(context, traceId, name, kind, attributes, links);
    const spanContext: SpanContext = {
      traceId,
      spanId: ids.generateSpanId(),
      traceFlags: sampled.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
    };
    const traceState = sampled.traceState ?? parent?.traceState;
    if (traceState !== undefined) spanContext.traceState = traceState;
    const beginning = { name, kind, context: spanContext, parent, localRoot, startTime, attributes };
    if (sampled.decision === SamplingDecision.NOT_RECORD) {
      const unsampled = new UnsampledSpan(this.#owner, beginning);
      if (localRoot === undefined) this.#onLocalRoot?.(unsampled, context);
      return unsampled;
    }
    const span = new RecordingSpan(this.#owner, beginning);
    if (sampled.attributes !== undefined) span.setAttributes(sampled.attributes);
    if (links.length > 0) span.addLinks(links);
    this.#owner.processor?.onStart(span, context);
    if (localRoot === undefined) this.#onLocalRoot?.(span, context);
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
function validContextOf(span: Span | undefined): SpanContext | undefined {
  const parent = span?.spanContext();
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
