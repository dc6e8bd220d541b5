/** What became of every span that was made: made = delivered + dropped + pending, always. */

/** Why a span never arrives. */
export const dropReasons = [
  /** The queue was full: they come faster than they can be encoded. */
  "queue_full",
  /** It cannot be encoded. */
  "encoding_failed",
  /** What waits to be sent again took too much memory, and this was the oldest. */
  "retry_full",
  /** It waited too long to be sent again. */
  "retry_expired",
  /** The receiver answered that it will never take it. */
  "refused",
  /** The receiver took the others of its request. */
  "rejected",
  /** The process has ended before. */
  "shutdown",
] as const;

export type DropReason = (typeof dropReasons)[number];

export class SpanLedger {
  made = 0;
  delivered = 0;
  readonly dropped = new Map<DropReason, number>(dropReasons.map((reason) => [reason, 0]));

  drop(reason: DropReason, spans: number): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + spans);
  }

  /** All that was dropped. */
  get lost(): number {
    return [...this.dropped.values()].reduce((sum, spans) => sum + spans, 0);
  }
}
