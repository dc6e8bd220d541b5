/**
 * Sends lines in batches, one request at a time. While the server is away lines go to the spool, or wait in memory where
 * there is none; the bound of the memory is held by giving up the oldest.
 */
import { messageOf } from "../../diagnostics.ts";
import { pauseAfter } from "./back-off.ts";
import { encodeBulk, readAnswer } from "./bulk.ts";
import type { Answer, Trouble, Verdict } from "./bulk.ts";
import type { Connection, Reply } from "./connection.ts";
import { Pack } from "./pack.ts";
import type { Ends, Line } from "./pack.ts";
import type { ElasticsearchSettings } from "./settings.ts";
import type { Spool } from "./spool.ts";
import { fitting, WaitingLines } from "./waiting-lines.ts";

export interface SenderParts {
  readonly settings: Pick<ElasticsearchSettings, "stream" | "queueBytes" | "timings">;
  readonly connection: Connection;
  /** Undefined when there is none. */
  readonly spool: Spool | undefined;
  readonly report: (code: string, message: string) => void;
  /** Told what has become of lines of an earlier process, or of ones that were spooled. */
  readonly onSpoolEnds: (ends: Ends) => void;
}

/** From this failure in a row on, lines go to the spool: the first may be a connection that had grown old. */
const awayAfter = 2;

/** Longest sleep when there is nothing to do. */
const idleMs = 60_000;

export class Sender {
  readonly #parts: SenderParts;
  readonly #waiting = new WaitingLines();
  /** When the oldest waiting line came. */
  #since = 0;
  #failures = 0;
  #retryAt = 0;
  /** Most lines of one request; smaller while requests are refused as a whole. */
  #batchLines = Infinity;
  #flushes: (() => void)[] = [];
  /** A file of the spool, and its lines that have still to be sent. */
  #spooled: { rest: readonly Line[] } | undefined;
  #isEnding = false;
  #isLate = false;
  #wake: () => void = () => {};
  /** Breaks off the request that is on its way. */
  #breakOff: () => void = () => {};

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  add({ lines }: Pack): void {
    const isFirst = this.#waiting.count === 0;
    if (isFirst) this.#since = performance.now();
    this.#waiting.add(lines);
    this.#relieve();
    if (isFirst || this.#dueIn() <= 0) this.#wake();
  }

  /** Resolves when all that waits is sent, or a try has failed: then it is in the spool, where there is one. */
  async flush(withinMs: number): Promise<void> {
    const late = setTimeout(() => this.#giveUp(), withinMs);
    await new Promise<void>((resolve) => {
      this.#flushes.push(resolve);
      this.#wake();
    });
    clearTimeout(late);
  }

  /** Sends or spools what waits within some milliseconds; {@link run} ends then. */
  end(withinMs: number): void {
    this.#isEnding = true;
    if (this.#parts.spool === undefined) this.#failures = 0; // One more try is all that there is.
    setTimeout(() => {
      this.#isLate = true;
      this.#giveUp();
    }, withinMs).unref();
    this.#wake();
  }

  /** Works until the end. */
  async run(): Promise<void> {
    while (!this.#isDone()) {
      const dueIn = this.#dueIn();
      if (dueIn > 0) await this.#sleep(dueIn);
      else await this.#sendSome();
    }
    this.#spoolWaiting();
    if (this.#waiting.count > 0) this.#parts.report("elasticsearch-end", unsent);
    for (const line of this.#waiting.take(Infinity)) line.pack.settle("elasticsearch-end");
    this.#answerFlushes();
  }

  /** What is on its way counts as not sent: should it have arrived, it does no harm a second time. */
  #giveUp(): void {
    this.#failures = Math.max(this.#failures, awayAfter);
    this.#breakOff();
  }

  #isDone(): boolean {
    return this.#isEnding && (this.#waiting.count === 0 || this.#failures > 0 || this.#isLate);
  }

  #dueIn(): number {
    const now = performance.now();
    if (this.#isEnding || this.#flushes.length > 0) return 0;
    if (now < this.#retryAt) return this.#retryAt - now;
    const { batchBytes, batchMs } = this.#parts.settings.timings;
    if (this.#waiting.bytes >= batchBytes || this.#parts.spool?.isEmpty() === false) return 0;
    return this.#waiting.count > 0 ? this.#since + batchMs - now : idleMs;
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  /** What was logged just now goes before what waits on disk, so that a long spool holds nothing up. */
  async #sendSome(): Promise<void> {
    const batch = this.#waiting.take(this.#parts.settings.timings.batchBytes, this.#batchLines);
    if (batch.length > 0) await this.#send(batch);
    this.#answerFlushes();
    if (!this.#isEnding && (this.#failures === 0 || batch.length === 0)) await this.#sendSpooled();
  }

  /** Sends some lines of the spool's oldest file. */
  async #sendSpooled(): Promise<void> {
    const { spool, settings } = this.#parts;
    if (spool === undefined || spool.isEmpty()) return;
    const file = (this.#spooled ??= this.#load(spool));
    if (file === undefined) {
      this.#retryAt = performance.now() + settings.timings.retryMinMs;
      return;
    }
    const batch = fitting(file.rest, settings.timings.batchBytes, this.#batchLines);
    const again = await this.#exchange(batch);
    file.rest = [...again, ...file.rest.slice(batch.length)];
    this.#relieve();
  }

  #load(spool: Spool): { rest: readonly Line[] } | undefined {
    const file = spool.take();
    if (file === undefined) return undefined;
    const { lines } = new Pack(file.bytes, (ends) => {
      spool.remove(file.name);
      this.#spooled = undefined;
      this.#parts.onSpoolEnds(ends);
    });
    return lines.length === 0 ? undefined : { rest: lines };
  }

  async #send(batch: readonly Line[]): Promise<void> {
    const again = await this.#exchange(batch);
    this.#waiting.putBack(again);
    this.#relieve();
  }

  /** Sends lines and settles those that have come to an end; gives the others back. */
  async #exchange(batch: readonly Line[]): Promise<readonly Line[]> {
    const { settings, connection } = this.#parts;
    const stop = new AbortController();
    try {
      this.#breakOff = () => stop.abort();
      const timer = setTimeout(this.#breakOff, settings.timings.requestMs);
      const body = encodeBulk(batch, settings.stream);
      const reply = await connection.post(body, stop.signal).finally(() => clearTimeout(timer));
      return this.#conclude(batch, readAnswer(reply.status, reply.body, batch.length), reply);
    } catch (error) {
      const why = stop.signal.aborted ? "it took too long" : messageOf(error);
      this.#fail({ code: "elasticsearch-unreachable", message: `Elasticsearch does not answer: ${why}` }, 0);
      return batch;
    }
  }

  #conclude(batch: readonly Line[], answer: Answer, { retryAfterMs }: Reply): readonly Line[] {
    if (answer.kind === "retry") {
      this.#fail(answer.trouble, retryAfterMs);
      return batch;
    }
    if (answer.kind === "split") return this.#split(batch, answer);
    for (const { code, message } of answer.troubles) this.#parts.report(code, message);
    return this.#settle(batch, answer.verdicts, retryAfterMs);
  }

  #settle(batch: readonly Line[], verdicts: readonly Verdict[], retryAfterMs: number): readonly Line[] {
    const again = batch.filter((_line, at) => verdicts[at] === "retry");
    for (const [at, line] of batch.entries()) {
      const verdict = verdicts[at] ?? "retry";
      if (verdict !== "retry") line.pack.settle(verdict);
    }
    this.#batchLines *= 2;
    if (again.length < batch.length) this.#failures = 0;
    if (again.length > 0) this.#fail(undefined, retryAfterMs);
    return again;
  }

  /** Half as many next time. One line that is refused by itself is lost, and not too many in a second. */
  #split(batch: readonly Line[], { reason, trouble }: Extract<Answer, { kind: "split" }>): readonly Line[] {
    this.#batchLines = Math.max(1, Math.ceil(batch.length / 2));
    if (batch.length > 1) return batch;
    batch[0]?.pack.settle(reason);
    this.#fail(trouble, 0);
    return [];
  }

  #fail(trouble: Trouble | undefined, retryAfterMs: number): void {
    const { timings } = this.#parts.settings;
    const asked = Math.min(retryAfterMs, timings.retryAfterMaxMs);
    this.#failures += 1;
    this.#retryAt = performance.now() + Math.max(asked, pauseAfter(this.#failures, timings));
    if (trouble !== undefined) this.#parts.report(trouble.code, trouble.message);
  }

  /** Holds the bound of the memory. */
  #relieve(): void {
    const { queueBytes } = this.#parts.settings;
    if (this.#failures >= awayAfter || this.#waiting.bytes > queueBytes / 2) this.#spoolWaiting();
    const tooMany = this.#waiting.bytes - queueBytes * (7 / 8); // The main thread holds the bound itself, by the newest.
    if (tooMany <= 0) return;
    const oldest = this.#waiting.take(tooMany);
    for (const line of oldest) line.pack.settle("elasticsearch-queue-full");
    this.#parts.report("elasticsearch-queue-full", queueFull);
  }

  #spoolWaiting(): void {
    const { spool, report } = this.#parts;
    if (spool === undefined || this.#waiting.count === 0) return;
    let kept = 0;
    try {
      spool.append(this.#waiting.all, (count) => (kept += count));
    } catch (error) {
      report("elasticsearch-spool", `log lines cannot be written to the spool: ${messageOf(error)}; free the disk`);
    }
    for (const line of this.#waiting.take(Infinity, kept)) line.pack.settle("spooled");
  }

  #answerFlushes(): void {
    if (this.#waiting.count > 0 && this.#failures === 0) return;
    for (const resolve of this.#flushes.splice(0)) resolve();
  }
}

export const unsent =
  "log lines that were not sent to Elasticsearch before the end are lost; OBSBOX_ELASTICSEARCH_SPOOL_DIR keeps them for the next start";

const queueFull =
  "Elasticsearch takes log lines too slowly, or not at all, so the oldest are lost; OBSBOX_ELASTICSEARCH_SPOOL_DIR keeps them on disk";
