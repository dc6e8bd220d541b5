/**
 * Keeps the traces that somebody will look for: all that failed, all that were slow, and a share of the others. Every
 * span is recorded, and waits in a bounded buffer until the first span of its trace in this process has ended, or until
 * it is clear earlier that the trace is kept. From then on others hear by `traceparent` that it is.
 */
import { SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import { SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, Sampler, Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import { isLocal } from "../coloring/colored.ts";
import type { LocalRoot } from "../coloring/colored.ts";
import type { TraceOptions } from "../options.ts";
import { createCallerLimit } from "./caller-limit.ts";
import { RecordingSpan } from "./span.ts";
import { UndecidedTraces } from "./undecided-traces.ts";
import type { BufferLimits, LetGoReason } from "./undecided-traces.ts";

/** Why a trace was kept; `none`: it was not. */
export type KeptFor = "error" | "slow" | "caller" | "ratio" | "none";

export interface SamplerCounts {
  readonly traces: ReadonlyMap<KeptFor, number>;
  /** Spans let go before their trace was decided. */
  readonly dropped: ReadonlyMap<LetGoReason, number>;
  /** Spans that wait now. */
  readonly pending: () => number;
}

export interface ErrorBiased extends SamplerCounts {
  readonly sampler: Sampler;
  /** Puts the buffer in front of what delivers. */
  before(next: SpanProcessor): SpanProcessor;
}

type Options = Pick<TraceOptions, "ratio" | "slowMs" | "callersPerSecond">;

const usualCallersPerSecond = 100;
const lookEveryMs = 500;

export function createErrorBiased(options: Options, limits?: Partial<BufferLimits>): ErrorBiased {
  const traces = new Map<KeptFor, number>();
  const count = (reason: KeptFor) => void traces.set(reason, (traces.get(reason) ?? 0) + 1);
  for (const reason of ["error", "slow", "caller", "ratio", "none"] as const) traces.set(reason, 0);
  const undecided = new UndecidedTraces(limits);
  return {
    sampler: new ErrorBiasedSampler(options, count),
    before: (next) => new ErrorBiasedProcessor(next, undecided, options.slowMs, count),
    traces,
    dropped: undecided.letGo,
    pending: () => undecided.spans,
  };
}

/** Decides at the beginning for a share of the traces, and records all. */
class ErrorBiasedSampler implements Sampler {
  readonly #ratio: Sampler;
  readonly #mayFollowCaller: () => boolean;
  readonly #count: (reason: KeptFor) => void;

  constructor({ ratio, callersPerSecond = usualCallersPerSecond }: Options, count: (reason: KeptFor) => void) {
    this.#ratio = new TraceIdRatioBasedSampler(ratio);
    this.#mayFollowCaller = createCallerLimit(callersPerSecond, ratio);
    this.#count = count;
  }

  shouldSample(context: Context, traceId: string): { decision: SamplingDecision } {
    const above = trace.getSpan(context);
    const isKept = isLocal(above) ? isSampled(above.localRoot) : this.#isKeptAtOnce(context, traceId);
    return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
  }

  #isKeptAtOnce(context: Context, traceId: string): boolean {
    const parent = trace.getSpanContext(context);
    const isAsked = parent !== undefined && (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    const reason = isAsked ? "caller" : this.#isInShare(context, traceId) ? "ratio" : undefined;
    if (reason === undefined || (parent !== undefined && !this.#mayFollowCaller())) return false;
    this.#count(reason);
    return true;
  }

  #isInShare(context: Context, traceId: string): boolean {
    return this.#ratio.shouldSample(context, traceId, "", 0, {}, []).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  toString(): string {
    return `ErrorBiased{${this.#ratio.toString()}}`;
  }
}

class ErrorBiasedProcessor implements SpanProcessor {
  readonly #next: SpanProcessor;
  readonly #undecided: UndecidedTraces;
  readonly #slowMs: number;
  readonly #count: (reason: KeptFor) => void;
  readonly #watch: NodeJS.Timeout;

  constructor(next: SpanProcessor, undecided: UndecidedTraces, slowMs: number, count: (reason: KeptFor) => void) {
    this.#next = next;
    this.#undecided = undecided;
    this.#slowMs = slowMs;
    this.#count = count;
    this.#watch = setInterval(() => this.#decideAboutOld(), lookEveryMs).unref();
  }

  onStart(span: Span, context: Context): void {
    this.#next.onStart(span, context);
  }

  onEnding(span: Span): void {
    this.#next.onEnding?.(span);
  }

  onEnd(span: ReadableSpan): void {
    if (!(span instanceof RecordingSpan)) this.#next.onEnd(span);
    else if (isSampled(span.localRoot)) this.#passOnAll(span);
    else if (span.localRoot.ended) this.#decide(span);
    else if (span.status.code === SpanStatusCode.ERROR) this.#keep(span.localRoot, "error", span);
    else this.#undecided.add(span.localRoot, span);
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    clearInterval(this.#watch);
    this.#undecided.letGoAll("shutdown");
    return this.#next.shutdown();
  }

  /** The first span has ended, or one ends after it. */
  #decide(span: RecordingSpan): void {
    const reason = this.#reasonToKeep(span);
    const isFirst = span.localRoot === span;
    if (reason === "none") this.#undecided.take(span.localRoot);
    else if (isFirst) this.#keep(span, reason, span);
    else this.#passOn(span);
    if (isFirst && reason === "none") this.#count(reason);
  }

  #reasonToKeep({ status, duration }: RecordingSpan): "error" | "slow" | "none" {
    if (status.code === SpanStatusCode.ERROR) return "error";
    return hrTimeToMilliseconds(duration) >= this.#slowMs ? "slow" : "none";
  }

  #keep(root: LocalRoot, reason: KeptFor, span?: RecordingSpan): void {
    root.keep();
    this.#count(reason);
    for (const waiting of this.#undecided.take(root)) this.#passOn(waiting);
    if (span !== undefined) this.#passOn(span);
  }

  /** The trace is kept. Where that came late, for its colour, earlier spans wait until the first one ends. */
  #passOnAll(span: RecordingSpan): void {
    if (span.localRoot === span) for (const waiting of this.#undecided.take(span)) this.#passOn(waiting);
    this.#passOn(span);
  }

  #passOn(span: RecordingSpan): void {
    span.keep();
    this.#next.onEnd(span);
  }

  /** A trace that takes this long is slow, however long it goes on. */
  #decideAboutOld(): void {
    for (const root of this.#undecided.olderThan(this.#slowMs)) this.#keep(root, "slow");
    this.#undecided.letGoOld();
  }
}

function isSampled(span: Pick<Span, "spanContext">): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
