/** Encoded batches that wait for their receiver, bounded by bytes and by age: the oldest go first, either way. */
import type { SpanLedger } from "./ledger.ts";

/** What one request carries. */
export interface Batch {
  /** In the order in which they were made. */
  readonly number: number;
  readonly body: Uint8Array;
  readonly spans: number;
  /** On the clock of `performance.now()`. */
  readonly madeAt: number;
}

export interface BacklogLimits {
  readonly bytes: number;
  readonly ageMs: number;
}

export class Backlog {
  readonly #limits: BacklogLimits;
  readonly #ledger: SpanLedger;
  readonly #waiting: Batch[] = [];
  #bytes = 0;
  #spans = 0;

  constructor(limits: BacklogLimits, ledger: SpanLedger) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** With those that are being sent. */
  get spans(): number {
    return this.#spans;
  }

  /** With those that are being sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes all that wait. */
  takeAll(): readonly Batch[] {
    return this.#waiting.splice(0);
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(batch: Batch): void {
    this.#bytes += batch.body.byteLength;
    this.#spans += batch.spans;
    this.#waiting.push(batch);
    this.#dropBeyondBytes();
  }

  /** Takes the oldest out of the row, to send it; `settle` or `putBack` has to follow. */
  take(): Batch | undefined {
    return this.#waiting.shift();
  }

  /** Puts one that was taken back to its place. */
  putBack(batch: Batch): void {
    const later = this.#waiting.findIndex(({ number }) => number > batch.number);
    this.#waiting.splice(later === -1 ? this.#waiting.length : later, 0, batch);
    this.#dropBeyondBytes();
  }

  /** Forgets one that was taken: its spans are accounted for. */
  settle({ body, spans }: Batch): void {
    this.#bytes -= body.byteLength;
    this.#spans -= spans;
  }

  dropExpired(now: number): void {
    while (now - (this.#waiting[0]?.madeAt ?? now) > this.#limits.ageMs) this.#dropOldest("retry_expired");
  }

  dropAll(): void {
    while (this.hasWaiting) this.#dropOldest("shutdown");
  }

  /** The last one stays: each is tried once, however small the limit. */
  #dropBeyondBytes(): void {
    while (this.#bytes > this.#limits.bytes && this.#waiting.length > 1) this.#dropOldest("retry_full");
  }

  #dropOldest(reason: "retry_full" | "retry_expired" | "shutdown"): void {
    const batch = this.#waiting.shift();
    if (batch === undefined) return;
    this.settle(batch);
    this.#ledger.drop(reason, batch.spans);
  }
}
