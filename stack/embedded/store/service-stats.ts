/**
 * Requests, errors and durations of every service in slices of ten seconds, counted as spans come in, so that a page
 * over hours is as quick as one over minutes. Durations are counted in buckets that grow by a tenth.
 */
import type { Span } from "../records.ts";
import { isEntry, statusError } from "../records.ts";
import { rows } from "./database.ts";
import type { Database } from "./database.ts";
import { serviceOf } from "./spans.ts";

export interface ServiceStatsTable {
  count(span: Span): void;
  /** Writes the slices that have changed. */
  write(): void;
  /** Slices of all services within a range, the oldest first. */
  slices(fromUs: number, toUs: number): StatsSlice[];
}

export interface StatsSlice {
  readonly service: string;
  /** Start of the slice, seconds since 1970. */
  readonly second: number;
  readonly requests: number;
  readonly errors: number;
  readonly durations: Durations;
}

/** How many durations lie in each bucket, by the bucket's number. */
export type Durations = Readonly<Record<number, number>>;

export const sliceSeconds = 10;

const growth = Math.log(1.1);

interface OpenSlice {
  requests: number;
  errors: number;
  readonly durations: Record<number, number>;
  isChanged: boolean;
}

interface SliceRow {
  readonly service: string;
  readonly bucket_s: number;
  readonly requests: number;
  readonly errors: number;
  readonly durations: string;
}

/** Open slices that are kept at hand; older ones are read again when a late span comes. */
const maxOpen = 500;

export function createServiceStatsTable(database: Database): ServiceStatsTable {
  const find = database.prepare("SELECT * FROM entry_stats WHERE service = :service AND bucket_s = :second");
  const insert = database.prepare(
    "INSERT OR REPLACE INTO entry_stats VALUES (:service, :second, :requests, :errors, :durations)",
  );
  const within = database.prepare("SELECT * FROM entry_stats WHERE bucket_s BETWEEN :from AND :to ORDER BY bucket_s");
  const open = new Map<string, OpenSlice>();

  const sliceOf = (service: string, second: number): OpenSlice => {
    const key = `${second} ${service}`;
    const known = open.get(key);
    if (known !== undefined) return known;
    const [stored] = rows<SliceRow>(find, { service, second });
    const made: OpenSlice = {
      requests: stored?.requests ?? 0,
      errors: stored?.errors ?? 0,
      durations: stored === undefined ? {} : JSON.parse(stored.durations),
      isChanged: false,
    };
    open.set(key, made);
    return made;
  };

  return {
    count(span) {
      if (!isEntry(span)) return;
      const second = Math.floor(span.startUs / 1e6 / sliceSeconds) * sliceSeconds;
      const slice = sliceOf(serviceOf(span.resource), second);
      const bucket = bucketOf(span.durationUs);
      slice.requests += 1;
      slice.errors += span.status === statusError ? 1 : 0;
      slice.durations[bucket] = (slice.durations[bucket] ?? 0) + 1;
      slice.isChanged = true;
    },
    write() {
      for (const [key, slice] of open) {
        if (!slice.isChanged) continue;
        const [second = "", ...service] = key.split(" ");
        const { requests, errors } = slice;
        insert.run({
          service: service.join(" "),
          second: Number(second),
          requests,
          errors,
          durations: JSON.stringify(slice.durations),
        });
        slice.isChanged = false;
      }
      if (open.size > maxOpen) open.clear();
    },
    slices(fromUs, toUs) {
      const found = rows<SliceRow>(within, {
        from: Math.floor(fromUs / 1e6) - sliceSeconds,
        to: Math.floor(toUs / 1e6),
      });
      return found.map(({ service, bucket_s: second, requests, errors, durations }) => ({
        service,
        second,
        requests,
        errors,
        durations: JSON.parse(durations),
      }));
    },
  };
}

/** Adds up durations of several slices. */
export function addDurations(all: readonly Durations[]): Durations {
  const sum: Record<number, number> = {};
  for (const durations of all) {
    for (const [bucket, count] of Object.entries(durations)) sum[Number(bucket)] = (sum[Number(bucket)] ?? 0) + count;
  }
  return sum;
}

/** A quantile in microseconds, right to five percent; 0 when there is nothing. */
export function quantileUs(durations: Durations, quantile: number): number {
  const buckets = Object.entries(durations)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .toSorted(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= quantile * total) return Math.exp((bucket + 0.5) * growth);
  }
  return 0;
}

function bucketOf(durationUs: number): number {
  return Math.max(0, Math.floor(Math.log(Math.max(1, durationUs)) / growth));
}
