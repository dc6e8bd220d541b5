/** Log records, with a full-text index over message, attributes, service and level. */
import type { Attributes, Json, LogRecord } from "../records.ts";
import { severityName } from "../severity.ts";
import { eachRow, rows } from "./database.ts";
import type { Database, Parameters } from "./database.ts";
import type { ResourceTable } from "./resources.ts";
import { serviceOf } from "./spans.ts";

export interface LogFilter {
  /** Words that must all occur, each as the beginning of a word. */
  readonly text?: string | undefined;
  readonly service?: string | undefined;
  /** Lowest severity. */
  readonly severity?: number | undefined;
  readonly traceId?: string | undefined;
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  /** Only records with a lower number: the next page. */
  readonly before?: number | undefined;
  /** The record of this number and what came before it. */
  readonly at?: number | undefined;
  readonly limit: number;
}

/** A record with its number, which grows as records come in. */
export interface StoredLog extends LogRecord {
  readonly id: number;
}

export interface LogTable {
  insert(record: LogRecord, resource: number): StoredLog;
  /** The newest first. */
  search(filter: LogFilter): StoredLog[];
  /** Goes through all records, the oldest first. */
  all(): Iterable<StoredLog>;
}

interface LogRow {
  readonly id: number;
  readonly time_us: number;
  readonly resource: number;
  readonly severity: number;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly message: string;
  readonly attributes: string;
}

export function createLogTable(database: Database, resources: ResourceTable): LogTable {
  const insert = database.prepare(`
    INSERT INTO logs (time_us, resource, severity, trace_id, span_id, message, attributes)
    VALUES (:timeUs, :resource, :severity, :traceId, :spanId, :message, :attributes)`);
  const index = database.prepare(
    "INSERT INTO logs_text (rowid, text, service, level) VALUES (:id, :text, :service, :level)",
  );
  const everything = database.prepare("SELECT * FROM logs ORDER BY id");

  const toRecord = (row: LogRow): StoredLog => ({
    id: row.id,
    resource: resources.get(row.resource) ?? {},
    timeUs: row.time_us,
    severity: row.severity,
    message: row.message,
    traceId: row.trace_id,
    spanId: row.span_id,
    attributes: parseAttributes(row.attributes),
  });

  return {
    insert(record, resource) {
      const { timeUs, severity, traceId, spanId, message } = record;
      const attributes = JSON.stringify(record.attributes);
      const { lastInsertRowid } = insert.run({ timeUs, resource, severity, traceId, spanId, message, attributes });
      const id = Number(lastInsertRowid);
      const text = `${message} ${wordsOf(record.attributes)}`;
      index.run({ id, text, service: serviceOf(record.resource), level: severityName(severity) });
      return { ...record, id };
    },
    search(filter) {
      const { sql, parameters } = searchStatement(filter);
      return rows<LogRow>(database.prepare(sql), parameters).map(toRecord);
    },
    *all() {
      for (const row of eachRow<LogRow>(everything)) yield toRecord(row);
    },
  };
}

function searchStatement(filter: LogFilter): { sql: string; parameters: Parameters } {
  const { text, service, severity, traceId, fromUs, toUs, before, at, limit } = filter;
  const query = text === undefined ? "" : matchQuery(text);
  const all: (readonly [string, Parameters] | false)[] = [
    query !== "" && ["logs_text MATCH :query", { query: withService(query, service) }],
    service !== undefined && ["resource IN (SELECT id FROM resources WHERE service = :service)", { service }],
    severity !== undefined && ["severity >= :severity", { severity }],
    traceId !== undefined && ["trace_id = :traceId", { traceId }],
    fromUs !== undefined && ["time_us >= :fromUs", { fromUs }],
    toUs !== undefined && ["time_us <= :toUs", { toUs }],
    before !== undefined && ["logs.id < :before", { before }],
    at !== undefined && ["logs.id <= :at", { at }],
  ];
  const used = all.filter((condition) => condition !== false);
  const from = query === "" ? "logs" : "logs_text JOIN logs ON logs.id = logs_text.rowid";
  const order = query === "" ? "logs.id" : "logs_text.rowid";
  const where = used.length === 0 ? "" : `WHERE ${used.map(([sql]) => sql).join(" AND ")}`;
  return {
    sql: `SELECT logs.* FROM ${from} ${where} ORDER BY ${order} DESC LIMIT :limit`,
    parameters: Object.assign({ limit }, ...used.map(([, parameters]) => parameters)),
  };
}

/** Every word becomes a quoted phrase that may go on: what a user types is never syntax. */
function matchQuery(text: string): string {
  return text
    .split(/\s+/)
    .filter(hasWord)
    .map((word) => `text : ${phrase(word)} *`)
    .join(" AND ");
}

/** The index knows the service too, so that a rare one is not looked for among all matches of a common word. */
function withService(query: string, service: string | undefined): string {
  return service === undefined || !hasWord(service) ? query : `${query} AND service : ${phrase(service)}`;
}

/** The index holds nothing else. */
function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** SQLite reads the query up to the first zero. */
function phrase(text: string): string {
  return `"${text.replaceAll("\0", " ").replaceAll('"', '""')}"`;
}

function wordsOf(attributes: Attributes): string {
  return Object.values(attributes).map(textOf).join(" ");
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parseAttributes(text: string): Attributes {
  return JSON.parse(text);
}
