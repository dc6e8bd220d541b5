/**
 * Log lines straight to Elasticsearch. The service's thread only collects them: it hands them to a worker in pieces of
 * shared memory and keeps each piece until the worker says what has become of every line in it. So a crash of the worker
 * loses nothing, the bound holds for both, and `taken = delivered + spooled + dropped + waiting` at any time.
 */
import { messageOf, report } from "../../diagnostics.ts";
import { noteSuccess } from "../../last-success.ts";
import { countDropped } from "../losses.ts";
import type { LogSink } from "../sink.ts";
import type { FromWorker } from "./messages.ts";
import { Pack } from "./pack.ts";
import type { Ends, Line } from "./pack.ts";
import { unsent } from "./sender.ts";
import type { ElasticsearchSettings } from "./settings.ts";
import { openSpool } from "./spool.ts";
import { SupervisedWorker } from "./supervised-worker.ts";

export interface ElasticsearchStatus {
  /** Lines that Elasticsearch has, those that an earlier process had left in the spool too. */
  readonly delivered: number;
  /** Lines that were written to the spool. */
  readonly spooled: number;
}

export interface ElasticsearchSink extends Required<LogSink> {
  status(): ElasticsearchStatus;
}

const maxLineBytes = 32 * 1024;

/** A piece for each line would cost more than the line. */
const pieceMs = 250;
const pieceLength = 64 * 1024;

/** What the worker needs beyond its own deadline to write its spool. */
const spoolMs = 500;

/** @param workerFile - What runs in place of the worker, in tests. */
export function createElasticsearchSink(settings: ElasticsearchSettings, workerFile?: URL): ElasticsearchSink {
  return new WorkerSink(settings, workerFile);
}

class WorkerSink implements ElasticsearchSink {
  readonly maxLineBytes = maxLineBytes;
  readonly #settings: ElasticsearchSettings;
  readonly #worker: SupervisedWorker;
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  /** Pieces that the worker has not finished, the oldest first. */
  readonly #pieces = new Map<number, SharedArrayBuffer>();
  #pieceBytes = 0;
  #lastId = 0;
  readonly #flushes = new Map<number, () => void>();
  readonly #counts = { delivered: 0, spooled: 0 };
  #isEnding = false;

  constructor(settings: ElasticsearchSettings, workerFile?: URL) {
    this.#settings = settings;
    this.#worker = new SupervisedWorker({
      settings,
      onMessage: (message) => this.#hear(message),
      onStart: () => this.#postAll(),
      onGone: () => this.#answerFlushes(),
      ...(workerFile === undefined ? {} : { file: workerFile }),
    });
  }

  write(line: string): void {
    if (!this.#hasRoom(line.length)) {
      countDropped("elasticsearch-queue-full");
      report("elasticsearch-queue-full", "log lines come faster than they go to Elasticsearch, so the newest are lost");
      return;
    }
    this.#text += line;
    if (this.#isEnding || this.#text.length >= pieceLength) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), pieceMs).unref();
  }

  /** Hands what was written to the worker. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    const bytes = new SharedArrayBuffer(Buffer.byteLength(text));
    Buffer.from(bytes).write(text);
    const id = ++this.#lastId;
    this.#pieces.set(id, bytes);
    this.#pieceBytes += bytes.byteLength;
    if (this.#isEnding) this.#keepRest();
    else this.#worker.post({ kind: "lines", id, bytes });
  }

  async drain(): Promise<void> {
    this.flush();
    if (!this.#worker.isRunning) return;
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.set(id, resolve);
    this.#worker.post({ kind: "flush", id, withinMs: this.#settings.timings.endMs });
    await promise;
  }

  /** The thread waits for the worker, with a deadline. */
  end(): void {
    this.flush();
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { endMs } = this.#settings.timings;
    this.#worker.end(endMs);
    if (this.#pieces.size > 0) this.#worker.waitForEnd(endMs + spoolMs);
    this.#keepRest();
  }

  waitingBytes(): number {
    return this.#pieceBytes + this.#text.length;
  }

  status(): ElasticsearchStatus {
    return { ...this.#counts };
  }

  #hasRoom(more: number): boolean {
    const limit = this.#settings.queueBytes - this.#text.length - more;
    if (this.#pieceBytes <= limit) return true;
    this.#worker.listen();
    return this.#pieceBytes <= limit;
  }

  #hear(message: FromWorker): void {
    if (message.kind === "report") report(message.code, message.message);
    else if (message.kind === "flushed") this.#answerFlush(message.id);
    else if (message.kind === "spool") this.#count(message.ends);
    else this.#finish(message.id, message.ends);
  }

  /** A piece counts once, however often it was posted. */
  #finish(id: number, ends: Ends): void {
    const bytes = this.#pieces.get(id);
    if (bytes === undefined) return;
    this.#pieces.delete(id);
    this.#pieceBytes -= bytes.byteLength;
    this.#count(ends);
  }

  #count(ends: Ends): void {
    if ((ends["delivered"] ?? 0) > 0) noteSuccess("logs");
    for (const [end, lines] of Object.entries(ends)) {
      if (end === "delivered" || end === "spooled") this.#counts[end] += lines;
      else countDropped(end, lines);
    }
  }

  #postAll(): void {
    for (const [id, bytes] of this.#pieces) this.#worker.post({ kind: "lines", id, bytes });
  }

  #answerFlush(id: number): void {
    this.#flushes.get(id)?.();
    this.#flushes.delete(id);
  }

  #answerFlushes(): void {
    for (const id of this.#flushes.keys()) this.#answerFlush(id);
  }

  /** What no worker will send goes to the spool from here, or is lost. */
  #keepRest(): void {
    for (const [id, bytes] of this.#pieces) {
      const { lines } = new Pack(Buffer.from(bytes), (ends) => this.#finish(id, ends));
      const kept = this.#spool(lines);
      for (const [at, { pack }] of lines.entries()) pack.settle(at < kept ? "spooled" : "elasticsearch-end");
    }
  }

  /** Gives how many lines were kept. */
  #spool(lines: readonly Line[]): number {
    const { spoolDir, service, spoolBytes } = this.#settings;
    if (spoolDir === undefined) {
      report("elasticsearch-end", unsent);
      return 0;
    }
    let kept = 0;
    try {
      const onLost = (count: number) => countDropped("elasticsearch-spool-full", count);
      openSpool({ dir: spoolDir, service, maxBytes: spoolBytes, onLost }).append(lines, (count) => (kept += count));
    } catch (error) {
      report("elasticsearch-spool", `log lines cannot be written to the spool: ${messageOf(error)}; free the disk`);
    }
    return kept;
  }
}
