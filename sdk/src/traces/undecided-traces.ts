/** Spans of traces about which nothing is decided yet, bounded in every direction: the oldest trace goes first. */
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import { epochMs } from "../clock.ts";
import type { LocalRoot } from "../coloring/colored.ts";
import { RecordingSpan } from "./span.ts";

export interface BufferLimits {
  readonly traces: number;
  readonly spans: number;
  readonly spansOfTrace: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** Which bound let spans go; `shutdown`: their trace was still open at the end. */
export type LetGoReason = "traces" | "spans" | "trace_spans" | "bytes" | "age" | "shutdown";

const usualLimits: BufferLimits = {
  traces: 10_000,
  spans: 50_000,
  spansOfTrace: 1000,
  bytes: 32 * 1024 ** 2,
  ageMs: 60_000,
};

interface UndecidedTrace {
  readonly root: LocalRoot;
  readonly startMs: number;
  readonly spans: RecordingSpan[];
  bytes: number;
  /** Neighbours by age: a Map would look for its oldest entry among all that it had before. */
  older: UndecidedTrace | undefined;
  newer: UndecidedTrace | undefined;
}

export class UndecidedTraces {
  readonly letGo: ReadonlyMap<LetGoReason, number>;
  readonly #letGo = new Map<LetGoReason, number>();
  readonly #limits: BufferLimits;
  readonly #traces = new Map<LocalRoot, UndecidedTrace>();
  /** Traces whose spans wait no longer; what they end with stands alone. */
  readonly #abandoned = new WeakMap<LocalRoot, LetGoReason>();
  #oldest: UndecidedTrace | undefined;
  #newest: UndecidedTrace | undefined;
  #spans = 0;
  #bytes = 0;

  constructor(limits: Partial<BufferLimits> = {}) {
    this.#limits = { ...usualLimits, ...limits };
    this.letGo = this.#letGo;
  }

  get spans(): number {
    return this.#spans;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(root: LocalRoot, span: RecordingSpan): void {
    const abandoned = this.#abandoned.get(root);
    if (abandoned !== undefined) return this.#count(abandoned, 1);
    const undecided = this.#traces.get(root) ?? this.#begin(root);
    const bytes = sizeOf(span);
    undecided.spans.push(span);
    undecided.bytes += bytes;
    this.#spans += 1;
    this.#bytes += bytes;
    if (undecided.spans.length > this.#limits.spansOfTrace) this.#abandon(root, "trace_spans");
    while (this.#traces.size > this.#limits.traces) this.#abandonOldest("traces");
    while (this.#spans > this.#limits.spans) this.#abandonOldest("spans");
    while (this.#bytes > this.#limits.bytes) this.#abandonOldest("bytes");
  }

  /** Takes the spans of a trace out, because it is decided. */
  take(root: LocalRoot): readonly RecordingSpan[] {
    const undecided = this.#traces.get(root);
    if (undecided === undefined) return [];
    this.#traces.delete(root);
    this.#unlink(undecided);
    this.#spans -= undecided.spans.length;
    this.#bytes -= undecided.bytes;
    return undecided.spans;
  }

  olderThan(ageMs: number): LocalRoot[] {
    const before = epochMs() - ageMs;
    return [...this.#traces].filter(([, { startMs }]) => startMs <= before).map(([root]) => root);
  }

  letGoOld(): void {
    for (const root of this.olderThan(this.#limits.ageMs)) this.#abandon(root, "age");
  }

  letGoAll(reason: LetGoReason): void {
    for (const root of this.#traces.keys()) this.#abandon(root, reason);
  }

  #begin(root: LocalRoot): UndecidedTrace {
    const startMs = root instanceof RecordingSpan ? hrTimeToMilliseconds(root.startTime) : epochMs();
    const undecided: UndecidedTrace = { root, startMs, spans: [], bytes: 0, older: this.#newest, newer: undefined };
    this.#traces.set(root, undecided);
    if (this.#newest === undefined) this.#oldest = undecided;
    else this.#newest.newer = undecided;
    this.#newest = undecided;
    return undecided;
  }

  #unlink({ older, newer }: UndecidedTrace): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }

  #abandonOldest(reason: LetGoReason): void {
    if (this.#oldest !== undefined) this.#abandon(this.#oldest.root, reason);
  }

  #abandon(root: LocalRoot, reason: LetGoReason): void {
    this.#abandoned.set(root, reason);
    this.#count(reason, this.take(root).length);
  }

  #count(reason: LetGoReason, spans: number): void {
    this.#letGo.set(reason, (this.#letGo.get(reason) ?? 0) + spans);
  }
}

/** What a span weighs besides its texts. */
const spanBytes = 800;
const partBytes = 200;

/** About the memory that a span holds. */
function sizeOf({ name, attributes, events, links }: RecordingSpan): number {
  let bytes = spanBytes + name.length + sizeOfAttributes(attributes);
  for (const event of events) bytes += partBytes + sizeOfAttributes(event.attributes);
  for (const link of links) bytes += partBytes + sizeOfAttributes(link.attributes);
  return bytes;
}

function sizeOfAttributes(attributes: object = {}): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(attributes)) bytes += key.length + sizeOfValue(value);
  return bytes;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOfValue(item), 0);
  return 16;
}
