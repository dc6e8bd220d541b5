/** The span processor that stands behind every tracer: a bounded queue, emptied by batches. */
import { TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { AsyncLocalStorage } from "node:async_hooks";
import { report } from "../../diagnostics.ts";
import type { DropReason, SpanLedger } from "./ledger.ts";

export interface QueueLimits {
  readonly queueSize: number;
  readonly batchSize: number;
  /** Longest wait of a span before it is sent. */
  readonly delayMs: number;
}

export interface QueueParts extends QueueLimits {
  readonly ledger: SpanLedger;
  /** Makes a batch of up to so many spans of the queue; gives how many it has taken. Never rejects. */
  readonly pack: (maxSpans: number) => Promise<number>;
  /** Sends what is encoded, before it resolves; tells whether all is sent. */
  readonly drain: (isLastChance: boolean) => Promise<boolean>;
  /** Gives up what could not be sent. */
  readonly close: () => void;
}

const lastRounds = 3;

export class SpanQueue implements SpanProcessor {
  readonly #parts: QueueParts;
  readonly #ledger: SpanLedger;
  readonly #batchSize: number;
  #spans: ReadableSpan[] = [];
  #capacity: number;
  /** Why a span that does not fit is dropped. */
  #overflow: DropReason = "queue_full";
  #isPacking = false;
  #timer: NodeJS.Timeout | undefined;
  #packing = new Set<Promise<unknown>>();
  #stopping: Promise<void> | undefined;
  #lostBefore = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#ledger = parts.ledger;
    this.#capacity = parts.queueSize;
    this.#batchSize = Math.min(parts.batchSize, parts.queueSize);
  }

  get length(): number {
    return this.#spans.length;
  }

  get capacity(): number {
    return this.#parts.queueSize;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    this.#ledger.made += 1;
    if (this.#spans.length >= this.#capacity) {
      this.#ledger.drop(this.#overflow, 1);
      return;
    }
    const length = this.#spans.push(span);
    if (length === this.#batchSize) this.#packNow();
    else if (length === 1) this.#packLater();
  }

  /** Gives up to so many spans, the oldest first. */
  take(count: number): readonly ReadableSpan[] {
    if (count < this.#spans.length) return this.#spans.splice(0, count);
    const all = this.#spans;
    this.#spans = [];
    return all;
  }

  async forceFlush(): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping;
    await this.#packAll();
    await this.#parts.drain(false);
  }

  shutdown(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** What ends meanwhile is still sent, for a few rounds. */
  async #stop(): Promise<void> {
    for (let round = 0; round < lastRounds; round++) {
      await this.#packAll();
      const isDone = await this.#parts.drain(true);
      if (!isDone || this.#spans.length === 0) break;
    }
    clearTimeout(this.#timer);
    this.#capacity = 0;
    this.#overflow = "shutdown";
    this.#ledger.drop("shutdown", this.take(this.#spans.length).length);
    await Promise.all(this.#packing);
    this.#parts.close();
  }

  // Both are bound to where the SDK starts: what they begin does not belong to the request whose span was the last.
  readonly #packLater = AsyncLocalStorage.bind(() => {
    if (this.#isPacking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#packNow, this.#parts.delayMs).unref();
  });

  readonly #packNow = AsyncLocalStorage.bind(() => {
    if (this.#isPacking) return;
    this.#isPacking = true;
    clearTimeout(this.#timer);
    setImmediate(() => void this.#packFullBatches());
  });

  async #packFullBatches(): Promise<void> {
    do await this.#pack();
    while (this.#spans.length >= this.#batchSize);
    this.#isPacking = false;
    if (this.#spans.length > 0) this.#packLater();
    this.#sayLosses();
  }

  /** What is there now, and what others are packing. */
  async #packAll(): Promise<void> {
    let left = this.#spans.length;
    while (left > 0) {
      const packed = await this.#pack();
      left = packed === 0 ? 0 : left - packed;
    }
    await Promise.all(this.#packing);
  }

  async #pack(): Promise<number> {
    const packing = this.#parts.pack(this.#batchSize);
    this.#packing.add(packing);
    try {
      return await packing;
    } finally {
      this.#packing.delete(packing);
    }
  }

  #sayLosses(): void {
    const lost = this.#ledger.dropped.get("queue_full") ?? 0;
    if (lost === this.#lostBefore) return;
    this.#lostBefore = lost;
    report(
      "spans-dropped",
      `spans come faster than they can be encoded: ${lost} are dropped; ` +
        "keep fewer by OTEL_TRACES_SAMPLER_ARG, or more of them by OTEL_BSP_MAX_QUEUE_SIZE",
    );
  }
}
