/** Makes batches of spans, slice by slice, so that the event loop is never held for long. */
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { messageOf, report } from "../../diagnostics.ts";
import type { Batch } from "./backlog.ts";
import type { Encoding } from "./encodings.ts";
import type { SpanLedger } from "./ledger.ts";

export interface PackerParts {
  readonly encoding: Encoding;
  readonly ledger: SpanLedger;
  /** Spans in the queue. */
  readonly waiting: () => number;
  /** Takes up to so many spans from the queue, the oldest first. */
  readonly take: (count: number) => readonly ReadableSpan[];
  /** Makes what is sent of what was encoded. */
  readonly compress: (encoded: Uint8Array) => Promise<Uint8Array>;
  readonly onBatch: (batch: Batch) => void;
}

export interface Encoded {
  readonly encoded: Uint8Array;
  readonly spans: number;
}

/** A batch that is being made. */
interface Draft {
  readonly parts: Uint8Array[];
  bytes: number;
  /** From the queue. */
  taken: number;
  /** Encoded. */
  spans: number;
}

/** A slice that takes longer is halved the next time; one that takes less than half of it is doubled. */
const sliceMs = 1;
const largestSlice = 128;

/** A batch of large spans ends before it has the number of spans that it may have. */
const maxBatchBytes = 1024 ** 2;

/** Lets the event loop do what else there is. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

export class Packer {
  readonly #parts: PackerParts;
  #slice = largestSlice;
  #batches = 0;
  readonly #drafts = new Set<Draft>();
  /** Spans that are in the queue no more, and in no batch yet. */
  spans = 0;

  constructor(parts: PackerParts) {
    this.#parts = parts;
  }

  /**
   * Makes one batch, if there is something to make it of.
   *
   * @returns How many spans it has taken from the queue.
   */
  async pack(maxSpans: number): Promise<number> {
    const draft: Draft = { parts: [], bytes: 0, taken: 0, spans: 0 };
    this.#drafts.add(draft);
    while (draft.taken < maxSpans && draft.bytes < maxBatchBytes && this.#parts.waiting() > 0) {
      if (draft.taken > 0) await turn();
      const spans = this.#parts.take(Math.min(this.#slice, maxSpans - draft.taken));
      if (spans.length === 0) break; // Somebody else has taken them meanwhile.
      draft.taken += spans.length;
      this.spans += spans.length;
      this.#addSlice(draft, spans);
    }
    if (draft.spans > 0) await this.#finish(draft);
    else this.#drafts.delete(draft);
    return draft.taken;
  }

  /** What is in no batch yet, encoded here and now, for the end of a process that cannot wait. */
  packAtOnce(): readonly Encoded[] {
    const last: Draft = { parts: [], bytes: 0, taken: 0, spans: 0 };
    const spans = this.#parts.take(Number.MAX_SAFE_INTEGER);
    this.spans += spans.length;
    if (spans.length > 0) this.#addSlice(last, spans);
    const drafts = [...this.#drafts, last].filter((draft) => draft.spans > 0);
    this.#drafts.clear();
    return drafts.map((draft) => ({ encoded: this.#parts.encoding.join(draft.parts), spans: draft.spans }));
  }

  #addSlice(draft: Draft, spans: readonly ReadableSpan[]): void {
    const began = performance.now();
    try {
      this.#add(draft, spans);
    } catch {
      for (const span of spans) this.#addAlone(draft, span); // Only the one that cannot be encoded is lost.
    }
    const tookMs = performance.now() - began;
    if (tookMs > sliceMs) this.#slice = Math.max(1, this.#slice >> 1);
    else if (tookMs < sliceMs / 2) this.#slice = Math.min(largestSlice, this.#slice * 2);
  }

  #addAlone(draft: Draft, span: ReadableSpan): void {
    try {
      this.#add(draft, [span]);
    } catch (error) {
      this.#lose(1, error);
    }
  }

  #add(draft: Draft, spans: readonly ReadableSpan[]): void {
    const part = this.#parts.encoding.encode(spans);
    draft.parts.push(part);
    draft.bytes += part.byteLength;
    draft.spans += spans.length;
  }

  async #finish(draft: Draft): Promise<void> {
    const { encoding, compress, onBatch } = this.#parts;
    const { parts, spans } = draft;
    const number = this.#batches++;
    try {
      const body = await compress(encoding.join(parts));
      this.spans -= spans;
      this.#drafts.delete(draft);
      onBatch({ number, body, spans, madeAt: performance.now() });
    } catch (error) {
      this.#drafts.delete(draft);
      this.#lose(spans, error);
    }
  }

  #lose(spans: number, error: unknown): void {
    this.spans -= spans;
    this.#parts.ledger.drop("encoding_failed", spans);
    report(
      "span-encoding",
      `spans that cannot be encoded are dropped: ${messageOf(error)}; please report this as a bug`,
    );
  }
}
