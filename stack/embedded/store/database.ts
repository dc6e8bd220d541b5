/** The SQLite file of the box, through Node's own SQLite. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export type Database = DatabaseSync;

/** Values for a statement's named parameters. */
export type Parameters = Record<string, SQLInputValue>;

const require = createRequire(import.meta.url);

/** Changes when tables change; data of another version is thrown away: it is a window, not an archive. */
const schemaVersion = 1;

const schema = `
  CREATE TABLE resources (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, service TEXT NOT NULL, version TEXT, instance TEXT,
    admin_url TEXT, attributes TEXT NOT NULL, last_us INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE spans (
    id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, resource INTEGER NOT NULL,
    name TEXT NOT NULL, kind INTEGER NOT NULL, start_us INTEGER NOT NULL, duration_us INTEGER NOT NULL,
    status INTEGER NOT NULL, attributes TEXT NOT NULL, details TEXT
  ) STRICT;
  CREATE INDEX spans_by_trace ON spans (trace_id);
  CREATE INDEX spans_by_start ON spans (start_us);
  CREATE TABLE logs (
    id INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, resource INTEGER NOT NULL, severity INTEGER NOT NULL,
    trace_id TEXT, span_id TEXT, message TEXT NOT NULL, attributes TEXT NOT NULL
  ) STRICT;
  CREATE INDEX logs_by_time ON logs (time_us);
  CREATE INDEX logs_by_trace ON logs (trace_id) WHERE trace_id IS NOT NULL;
  CREATE VIRTUAL TABLE logs_text USING fts5 (text, service, level, content='', contentless_delete=1);
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, family TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    unit TEXT NOT NULL, help TEXT NOT NULL, labels TEXT NOT NULL, resource INTEGER NOT NULL, last_us INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX series_by_family ON series (family);
  CREATE TABLE points (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, time_us INTEGER NOT NULL, value REAL) STRICT;
  CREATE INDEX points_by_series ON points (series, time_us);
  CREATE TABLE exemplars (
    series INTEGER NOT NULL, time_us INTEGER NOT NULL, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (series, trace_id, span_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE entry_stats (
    service TEXT NOT NULL, bucket_s INTEGER NOT NULL, requests INTEGER NOT NULL, errors INTEGER NOT NULL,
    durations TEXT NOT NULL, PRIMARY KEY (service, bucket_s)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

const tables = ["resources", "spans", "logs", "logs_text", "series", "points", "exemplars", "entry_stats"];

/**
 * Opens the file in a folder, which is made when it is not there; without a folder, a database in memory.
 *
 * @throws Error when the folder cannot be written to or another box uses it.
 */
export function openDatabase(folder: string | undefined): Database {
  const { DatabaseSync: Open } = loadSqlite();
  const database = new Open(folder === undefined ? ":memory:" : join(prepare(folder), "window.sqlite"));
  // A small cache, in KiB: the system keeps what is read of the file anyway.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16384;
  `);
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version !== schemaVersion) createTables(database);
  return database;
}

/** Empties every table and gives the space back. */
export function clearTables(database: Database): void {
  createTables(database);
  database.exec("VACUUM");
}

/** Runs a function in one transaction; an error undoes all of it. */
export function transaction(database: Database, fn: () => void): void {
  database.exec("BEGIN");
  try {
    fn();
    database.exec("COMMIT");
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Gives the rows of a query.
 *
 * @typeParam R - The columns, as the statement names them.
 */
export function rows<R>(statement: StatementSync, parameters: Parameters = {}): R[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer has the columns that the statement asks for
  return statement.all(parameters) as R[];
}

/** Goes through the rows of a query one by one. */
export function eachRow<R>(statement: StatementSync, parameters: Parameters = {}): Iterable<R> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as with `rows`
  return statement.iterate(parameters) as Iterable<R>;
}

function createTables(database: Database): void {
  transaction(database, () => {
    for (const table of tables) database.exec(`DROP TABLE IF EXISTS ${table}`);
    database.exec(schema);
  });
}

function prepare(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ".gitignore"), "*\n");
  return folder;
}

/** Node 22 calls its SQLite experimental on stderr; what it has is tested here. */
function loadSqlite(): typeof import("node:sqlite") {
  // oxlint-disable-next-line typescript/unbound-method -- only put back
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return require("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
