/** Which days of spans go: pure decisions. A day is what Jaeger writes one set of indices for, in UTC. */

export interface SpanIndex {
  readonly name: string;
  readonly bytes: number;
}

export interface SpanLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface Deletion {
  readonly name: string;
  readonly reason: "age" | "size" | "future";
}

const dayMs = 86_400_000;

interface Day {
  /** Its first moment. */
  readonly startMs: number;
  readonly indices: readonly SpanIndex[];
  readonly bytes: number;
}

/**
 * Chooses the indices to delete: days that have ended longer ago than the greatest age, then the oldest ones while all
 * together are too large. Today is never among them. Days after tomorrow come from clocks that are wrong.
 */
export function planSpans(indices: readonly SpanIndex[], limits: SpanLimits, nowMs: number): readonly Deletion[] {
  const days = daysOf(indices);
  const today = Math.floor(nowMs / dayMs) * dayMs;
  const future = days.filter(({ startMs }) => startMs > today + dayMs);
  const old = days.filter(({ startMs }) => startMs < today && startMs + dayMs <= nowMs - limits.maxAgeMs);
  const left = days.filter((day) => !future.includes(day) && !old.includes(day));
  return [
    ...deletionsOf(future, "future"),
    ...deletionsOf(old, "age"),
    ...deletionsOf(oldestOver(left, limits.maxBytes, today), "size"),
  ];
}

function deletionsOf(days: readonly Day[], reason: Deletion["reason"]): readonly Deletion[] {
  return days.flatMap(({ indices }) => indices.map(({ name }) => ({ name, reason })));
}

/** The oldest days before today that have to go for the rest to fit. */
function oldestOver(days: readonly Day[], maxBytes: number, today: number): readonly Day[] {
  let bytes = days.reduce((sum, day) => sum + day.bytes, 0);
  const over: Day[] = [];
  for (const day of days) {
    if (bytes <= maxBytes || day.startMs >= today) break;
    over.push(day);
    bytes -= day.bytes;
  }
  return over;
}

/** Days in their order; names without a day are not Jaeger's and are left alone. */
function daysOf(indices: readonly SpanIndex[]): readonly Day[] {
  const dated = indices.flatMap((index) => {
    const startMs = dayOf(index.name);
    return startMs === undefined ? [] : [{ startMs, index }];
  });
  return [...Map.groupBy(dated, ({ startMs }) => startMs)]
    .map(([startMs, group]) => ({
      startMs,
      indices: group.map(({ index }) => index),
      bytes: group.reduce((sum, { index }) => sum + index.bytes, 0),
    }))
    .toSorted((a, b) => a.startMs - b.startMs);
}

/** The first moment of the day in a name such as `jaeger-span-2026-01-31`. */
export function dayOf(name: string): number | undefined {
  const [, date] = /^jaeger-(?:span|service)-(\d{4}-\d{2}-\d{2})$/.exec(name) ?? [];
  if (date === undefined) return undefined;
  const startMs = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(startMs) ? undefined : startMs;
}
