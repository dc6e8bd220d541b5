/**
 * The window that the box keeps. What comes in waits for a moment and is written in one transaction. When the file
 * cannot be written, the box goes on: nothing is kept, everything that is lost is counted, and it tries again.
 */
import { messageOf } from "../errors.ts";
import type { LogRecord, MetricBatch, Span } from "../records.ts";
import { clearTables, openDatabase, transaction } from "./database.ts";
import type { Database } from "./database.ts";
import { createLogTable } from "./logs.ts";
import type { LogTable, StoredLog } from "./logs.ts";
import { createMetricTable } from "./metrics.ts";
import type { MetricTable } from "./metrics.ts";
import { createResourceTable } from "./resources.ts";
import type { ResourceTable } from "./resources.ts";
import { oldestTime, tidy, usedBytes } from "./retention.ts";
import type { Limits } from "./retention.ts";
import { createServiceStatsTable } from "./service-stats.ts";
import type { ServiceStatsTable } from "./service-stats.ts";
import { createSpanTable } from "./spans.ts";
import type { SpanTable } from "./spans.ts";

export interface StoreSettings extends Limits {
  /** Undefined keeps the window in memory. */
  readonly folder: string | undefined;
  /** Told once when storing stops, and once when it works again. */
  readonly onTrouble: (reason: string | undefined) => void;
}

export interface StoreStatus {
  readonly isPaused: boolean;
  /** Why nothing is stored now. */
  readonly trouble: string | undefined;
  /** Why the window is only in memory. */
  readonly memoryOnly: string | undefined;
  readonly spans: number;
  readonly logs: number;
  readonly dropped: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly oldestUs: number | undefined;
}

interface Tables {
  readonly resources: ResourceTable;
  readonly spans: SpanTable;
  readonly logs: LogTable;
  readonly metrics: MetricTable;
  readonly stats: ServiceStatsTable;
}

interface Pending {
  readonly spans: Span[];
  readonly logs: LogRecord[];
  readonly metrics: MetricBatch[];
}

export type LogListener = (records: readonly StoredLog[]) => void;

const writeAfterMs = 100;

/** Records that wait at the most: more of them are written at once. */
const maxPending = 4000;

const retryAfterMs = 5000;
const tidyEveryMs = 5000;

export class Store {
  readonly #settings: StoreSettings;
  readonly #database: Database;
  readonly #memoryOnly: string | undefined;
  readonly #listeners = new Set<LogListener>();
  readonly #tidyTimer: NodeJS.Timeout;
  #tables: Tables;
  #pending: Pending = { spans: [], logs: [], metrics: [] };
  #writeTimer: NodeJS.Timeout | undefined;
  #trouble: { readonly reason: string; readonly since: number } | undefined;
  #isPaused = false;
  #keepsAll = false;
  #dropped = 0;
  #taken = { spans: 0, logs: 0 };

  constructor(settings: StoreSettings) {
    this.#settings = settings;
    const { database, memoryOnly } = open(settings);
    this.#database = database;
    this.#memoryOnly = memoryOnly;
    this.#tables = createAll(database);
    this.#tidyTimer = setInterval(() => void this.#tidy(), tidyEveryMs).unref();
  }

  /** The tables, with everything written that has come in. */
  get tables(): Tables {
    this.write();
    return this.#tables;
  }

  addSpans(spans: readonly Span[]): void {
    if (this.#accepts(spans.length)) this.#wait(this.#pending.spans, spans);
  }

  addLogs(records: readonly LogRecord[]): void {
    if (this.#accepts(records.length)) this.#wait(this.#pending.logs, records);
  }

  addMetrics(batches: readonly MetricBatch[]): void {
    if (this.#accepts(0)) this.#wait(this.#pending.metrics, batches);
  }

  /** Tells of log records as they are written. */
  onLogs(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops, or starts again, taking what comes in. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** Forgets everything and takes what comes in. */
  clear(): void {
    this.#pending = { spans: [], logs: [], metrics: [] };
    clearTables(this.#database);
    this.#tables = createAll(this.#database);
    this.#keepsAll = false;
    this.#isPaused = false;
    this.#dropped = 0;
    this.#taken = { spans: 0, logs: 0 };
  }

  /** Makes room for a saved window: it stays whatever its age, and nothing else comes in until it is cleared. */
  startLoading(): void {
    this.clear();
    this.#isPaused = true;
    this.#keepsAll = true;
  }

  /** Takes a part of a saved window. */
  load(part: {
    readonly spans?: readonly Span[];
    readonly logs?: readonly LogRecord[];
    readonly metrics?: readonly MetricBatch[];
  }): void {
    this.#wait(this.#pending.spans, part.spans ?? []);
    this.#wait(this.#pending.logs, part.logs ?? []);
    this.#wait(this.#pending.metrics, part.metrics ?? []);
  }

  status(): StoreStatus {
    const { maxBytes, maxAgeMs } = this.#settings;
    return {
      isPaused: this.#isPaused,
      trouble: this.#trouble?.reason,
      memoryOnly: this.#memoryOnly,
      ...this.#taken,
      dropped: this.#dropped,
      bytes: usedBytes(this.#database),
      maxBytes,
      maxAgeMs,
      oldestUs: oldestTime(this.#database),
    };
  }

  /** Writes what waits. */
  write(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    const pending = this.#pending;
    if (pending.spans.length + pending.logs.length + pending.metrics.length === 0) return;
    this.#pending = { spans: [], logs: [], metrics: [] };
    const stored: StoredLog[] = [];
    try {
      transaction(this.#database, () => writeAll(this.#tables, pending, stored));
      this.#setTrouble(undefined);
    } catch (error) {
      this.#dropped += pending.spans.length + pending.logs.length;
      this.#tables = createAll(this.#database); // What they remember was not written.
      this.#setTrouble(messageOf(error));
      return;
    }
    this.#taken = { spans: this.#taken.spans + pending.spans.length, logs: this.#taken.logs + stored.length };
    if (stored.length > 0) for (const listener of this.#listeners) listener(stored);
  }

  close(): void {
    clearInterval(this.#tidyTimer);
    this.pause(true); // A scrape that is under way would come too late.
    this.write();
    this.#database.close();
  }

  #accepts(records: number): boolean {
    if (this.#isPaused) return false;
    const mayTry = this.#trouble === undefined || performance.now() - this.#trouble.since > retryAfterMs;
    if (!mayTry) this.#dropped += records;
    return mayTry;
  }

  #wait<T>(pending: T[], records: readonly T[]): void {
    for (const record of records) pending.push(record);
    if (this.#pending.spans.length + this.#pending.logs.length >= maxPending) this.write();
    else this.#writeTimer ??= setTimeout(() => this.write(), writeAfterMs);
  }

  #setTrouble(reason: string | undefined): void {
    const before = this.#trouble?.reason;
    this.#trouble = reason === undefined ? undefined : { reason, since: performance.now() };
    if (before !== reason) this.#settings.onTrouble(reason);
  }

  async #tidy(): Promise<void> {
    try {
      const limits = this.#keepsAll ? { ...this.#settings, maxAgeMs: Infinity } : this.#settings;
      await tidy(this.#database, limits, (beforeUs) => {
        this.#tables.resources.forget();
        this.#tables.metrics.forget(beforeUs);
      });
    } catch (error) {
      this.#setTrouble(messageOf(error));
    }
  }
}

function open({ folder }: StoreSettings): { readonly database: Database; readonly memoryOnly: string | undefined } {
  try {
    return { database: openDatabase(folder), memoryOnly: undefined };
  } catch (error) {
    const reason = messageOf(error);
    return { database: openDatabase(undefined), memoryOnly: `${folder}: ${reason}` };
  }
}

function createAll(database: Database): Tables {
  const resources = createResourceTable(database);
  return {
    resources,
    spans: createSpanTable(database, resources),
    logs: createLogTable(database, resources),
    metrics: createMetricTable(database),
    stats: createServiceStatsTable(database),
  };
}

function writeAll({ resources, spans, logs, metrics, stats }: Tables, pending: Pending, stored: StoredLog[]): void {
  for (const span of pending.spans) {
    spans.insert(span, resources.idOf(span.resource));
    stats.count(span);
  }
  for (const record of pending.logs) stored.push(logs.insert(record, resources.idOf(record.resource)));
  for (const batch of pending.metrics) metrics.insert(batch, resources.idOf(batch.resource));
  stats.write();
  resources.touch();
}
