/** Sends batches, several at a time while the receiver takes them, and one as a probe while it does not. */
import { AsyncLocalStorage } from "node:async_hooks";
import { report } from "../../diagnostics.ts";
import { noteSuccess } from "../../last-success.ts";
import type { Verdict } from "../../otlp/verdict.ts";
import type { Backlog, Batch } from "./backlog.ts";
import type { Circuit } from "./circuit.ts";
import type { PartialSuccess } from "./encodings.ts";
import type { SpanLedger } from "./ledger.ts";

export interface DispatcherParts {
  readonly backlog: Backlog;
  readonly circuit: Circuit;
  readonly ledger: SpanLedger;
  /** Never rejects. */
  readonly send: (body: Uint8Array) => Promise<Verdict>;
  readonly readPartialSuccess: (body: Uint8Array) => PartialSuccess;
  /** Where spans go, as it is shown. */
  readonly target: string;
}

/** Somebody who waits until all is sent, or so many tries have failed. */
interface Drain {
  triesLeft: number;
  readonly isLastChance: boolean;
  /** Told whether all is sent. */
  readonly resolve: (isDone: boolean) => void;
}

/** Between two tries for somebody who waits. */
const drainPauseMs = 200;

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #underWay = new Set<Batch>();
  #drains: Drain[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  lastSuccess: string | undefined;
  lastError: string | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Sends what may be sent now. Bound to where the SDK starts: sockets and timers outlive the request that calls. */
  readonly pump = AsyncLocalStorage.bind(() => {
    const { backlog, circuit } = this.#parts;
    const now = performance.now();
    backlog.dropExpired(now);
    while (circuit.allows(this.#underWay.size, now)) {
      const batch = backlog.take();
      if (batch === undefined) break;
      void this.#send(batch);
    }
    this.#endDrains();
    this.#wakeForProbe(now);
  });

  /**
   * Sends until nothing is left.
   *
   * @param tries - Failures after which it gives up; a receiver that does not answer in time is not asked again.
   * @returns Whether nothing is left.
   */
  drain(tries: number, isLastChance: boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#drains.push({ triesLeft: tries, isLastChance, resolve });
    this.#parts.circuit.hurry(performance.now(), isLastChance);
    this.pump();
    return promise;
  }

  /** Takes what has not arrived; what is under way to a receiver that takes nothing has not, as far as can be known. */
  takeUnsent(): readonly Batch[] {
    const { backlog, circuit } = this.#parts;
    const underWay = circuit.isOpen ? [...this.#underWay] : [];
    this.#underWay.clear();
    return [...underWay, ...backlog.takeAll()];
  }

  /** Drops what is left. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#parts.backlog.dropAll();
  }

  async #send(batch: Batch): Promise<void> {
    const isProbe = this.#parts.circuit.isOpen;
    this.#underWay.add(batch);
    const verdict = await this.#parts.send(batch.body);
    this.#underWay.delete(batch);
    if (verdict.kind === "taken") this.#delivered(batch, verdict.answer.body);
    else if (verdict.kind === "refused") this.#refused(batch, verdict.message);
    else this.#failed(batch, verdict, isProbe);
    this.pump();
  }

  #delivered(batch: Batch, answer: Uint8Array): void {
    const { backlog, circuit, ledger, readPartialSuccess, target } = this.#parts;
    const { rejected, message } = readPartialSuccess(answer);
    const lost = Math.min(rejected, batch.spans);
    backlog.settle(batch);
    ledger.delivered += batch.spans - lost;
    ledger.drop("rejected", lost);
    circuit.succeeded();
    this.lastSuccess = new Date().toISOString();
    noteSuccess("traces");
    if (lost === 0) return;
    this.#noteError(message);
    report("spans-rejected", `${target} did not take ${lost} of ${batch.spans} spans, which are lost: ${message}`);
  }

  /** It has answered, so it is there: only this batch is lost. */
  #refused(batch: Batch, message: string): void {
    const { backlog, circuit, ledger, target } = this.#parts;
    backlog.settle(batch);
    ledger.drop("refused", batch.spans);
    circuit.succeeded();
    this.#noteError(message);
    report("export-failed", `${batch.spans} spans for ${target} are lost: ${message}; ${ledger.lost} are lost in all`);
  }

  #failed(batch: Batch, verdict: Extract<Verdict, { kind: "again" }>, isProbe: boolean): void {
    const { backlog, circuit, ledger, target } = this.#parts;
    const now = performance.now();
    // Of several that fail together only the first one counts.
    if (isProbe || !circuit.isOpen) circuit.failed(now, verdict.retryAfterMs);
    backlog.putBack(batch);
    if (this.#isClosed) backlog.dropAll();
    this.#noteError(verdict.message);
    this.#countTries(verdict.isTimeout, now);
    report(
      "export-failed",
      `spans cannot be sent to ${target}: ${verdict.message}; ${backlog.spans} are kept and sent again, ` +
        `${ledger.lost} are lost; is the receiver running?`,
    );
  }

  #noteError(message: string): void {
    this.lastError = `${new Date().toISOString()} ${message}`;
  }

  #countTries(isTimeout: boolean, now: number): void {
    for (const drain of this.#drains) drain.triesLeft = isTimeout ? 0 : drain.triesLeft - 1;
    const waiting = this.#drains.filter(({ triesLeft }) => triesLeft > 0);
    const isLastChance = waiting.some((drain) => drain.isLastChance);
    if (waiting.length > 0) this.#parts.circuit.hurry(now + drainPauseMs, isLastChance);
  }

  #endDrains(): void {
    const { backlog, circuit } = this.#parts;
    const isDone = this.#underWay.size === 0 && !backlog.hasWaiting;
    const farOff = performance.now() + drainPauseMs;
    const mustWait = this.#underWay.size === 0 && circuit.isOpen && circuit.nextTryAt > farOff;
    const isOver = ({ triesLeft }: Drain) => isDone || mustWait || triesLeft <= 0;
    const over = this.#drains.filter(isOver);
    if (over.length === 0) return;
    this.#drains = this.#drains.filter((drain) => !isOver(drain));
    for (const { resolve } of over) resolve(isDone);
  }

  #wakeForProbe(now: number): void {
    const { backlog, circuit } = this.#parts;
    clearTimeout(this.#timer);
    if (this.#isClosed || !backlog.hasWaiting || !circuit.isOpen || this.#underWay.size > 0) return;
    this.#timer = setTimeout(this.pump, Math.ceil(circuit.nextTryAt - now)).unref();
  }
}
