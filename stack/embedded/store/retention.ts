/** Keeps the window within its age and its size: what is oldest goes first, in small steps. */
import { setImmediate } from "node:timers/promises";
import { rows, transaction } from "./database.ts";
import type { Database } from "./database.ts";

export interface Limits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** Rows that one step deletes of one table: a step holds the event loop for some milliseconds. */
const stepRows = 5000;

/** When the window is full, this share of its time goes. */
const share = 0.05;

/** Tables whose rows stand in the order in which they came in, which is nearly that of their time. */
const orderedTables = [
  { name: "spans", time: "start_us" },
  { name: "logs", time: "time_us" },
  { name: "points", time: "time_us" },
] as const;

/**
 * Deletes what is too old, and what is too much, in steps between which the box does other work.
 *
 * @param onDeleted - Told the time before which rows may have gone.
 */
export async function tidy(database: Database, limits: Limits, onDeleted: (beforeUs: number) => void): Promise<void> {
  const fits = () => usedBytes(database) <= limits.maxBytes;
  for (let beforeUs = cutTime(database, limits); beforeUs !== undefined; beforeUs = cutTime(database, limits)) {
    const isEnough = fits() ? () => false : fits;
    let hasMore = true;
    while (hasMore && !isEnough()) {
      hasMore = deleteStep(database, beforeUs);
      onDeleted(beforeUs);
      await setImmediate();
      if (!database.isOpen) return;
    }
    if (fits()) return;
  }
}

/** Bytes that the tables take, free pages not counted. */
export function usedBytes(database: Database): number {
  const value = (pragma: string) =>
    Number(Object.values(rows<Record<string, number>>(database.prepare(`PRAGMA ${pragma}`))[0] ?? {})[0]);
  return (value("page_count") - value("freelist_count")) * value("page_size");
}

/** The time before which everything has to go; undefined when the window fits. */
export function cutTime(database: Database, { maxAgeMs, maxBytes }: Limits): number | undefined {
  const tooOld = (Date.now() - maxAgeMs) * 1000;
  const oldest = oldestTime(database);
  const newest = newestTime(database);
  if (oldest === undefined || newest === undefined) return undefined;
  if (usedBytes(database) <= maxBytes) return oldest < tooOld ? tooOld : undefined;
  // Clocks are ahead, or are put back: the future is not counted, and the oldest row goes in any case.
  const lengthUs = Math.abs(Math.min(newest, Date.now() * 1000) - oldest);
  return Math.max(tooOld, oldest + Math.ceil(lengthUs * share) + 1);
}

/**
 * Deletes one step of what is older.
 *
 * @returns Whether there is more.
 */
export function deleteStep(database: Database, beforeUs: number): boolean {
  let hasMore = false;
  transaction(database, () => {
    for (const { name, time } of orderedTables) {
      const oldest = `SELECT id FROM (SELECT id, ${time} AS time FROM ${name} ORDER BY id LIMIT ${stepRows}) WHERE time < :beforeUs`;
      if (name === "logs") database.prepare(`DELETE FROM logs_text WHERE rowid IN (${oldest})`).run({ beforeUs });
      const { changes } = database.prepare(`DELETE FROM ${name} WHERE id IN (${oldest})`).run({ beforeUs });
      hasMore ||= Number(changes) === stepRows;
    }
    if (!hasMore) deleteFewRows(database, beforeUs);
  });
  return hasMore;
}

/** The oldest moment of the window, in microseconds. */
export function oldestTime(database: Database): number | undefined {
  const times = endTimes(database, "ASC");
  return times.length === 0 ? undefined : Math.min(...times);
}

function newestTime(database: Database): number | undefined {
  const times = endTimes(database, "DESC");
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Times of the first or the last row of each table. */
function endTimes(database: Database, order: "ASC" | "DESC"): number[] {
  return orderedTables
    .map(({ name, time }) => database.prepare(`SELECT ${time} AS time FROM ${name} ORDER BY id ${order} LIMIT 1`))
    .map((statement) => rows<{ readonly time: number }>(statement)[0]?.time)
    .filter((time) => time !== undefined);
}

/** Tables that stay small. */
function deleteFewRows(database: Database, beforeUs: number): void {
  database.prepare("DELETE FROM exemplars WHERE time_us < :beforeUs").run({ beforeUs });
  database.prepare("DELETE FROM entry_stats WHERE bucket_s < :before").run({ before: beforeUs / 1e6 });
  database.prepare("DELETE FROM series WHERE last_us < :beforeUs").run({ beforeUs });
  database.prepare("DELETE FROM resources WHERE last_us < :beforeUs").run({ beforeUs });
}
