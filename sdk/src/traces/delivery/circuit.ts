/**
 * Whether a receiver may be asked now. After a failure it is asked by one request at a time, after pauses that grow up
 * to half a minute and are drawn by lot, so that many services do not return at the same moment; what the receiver
 * asks for counts more, up to a minute.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "full jitter"
 */

const firstPauseMs = 1000;
const longestPauseMs = 30_000;
const shortestPauseMs = 100;
const longestAskedMs = 60_000;

export class Circuit {
  readonly #maxRequests: number;
  readonly #random: () => number;
  #failures = 0;
  #nextTryAt = 0;
  #askedUntil = 0;

  constructor(maxRequests: number, random: () => number = Math.random) {
    this.#maxRequests = maxRequests;
    this.#random = random;
  }

  /** Open: the receiver does not take anything. */
  get isOpen(): boolean {
    return this.#failures > 0;
  }

  get nextTryAt(): number {
    return this.#nextTryAt;
  }

  allows(underWay: number, now: number): boolean {
    return this.isOpen ? underWay === 0 && now >= this.#nextTryAt : underWay < this.#maxRequests;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#askedUntil = 0;
  }

  /** @param retryAfterMs - What the receiver has asked for. */
  failed(now: number, retryAfterMs: number | undefined): void {
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    const pause = Math.max(shortestPauseMs, this.#random() * longest);
    this.#failures += 1;
    if (retryAfterMs !== undefined) this.#askedUntil = now + Math.min(retryAfterMs, longestAskedMs);
    this.#nextTryAt = Math.max(now + pause, this.#askedUntil);
  }

  /**
   * Brings the next try forward, for somebody who waits.
   *
   * @param isLastChance - Whether even a receiver that has asked for a pause is tried.
   */
  hurry(at: number, isLastChance: boolean): void {
    this.#nextTryAt = Math.min(this.#nextTryAt, isLastChance ? at : Math.max(at, this.#askedUntil));
  }
}
