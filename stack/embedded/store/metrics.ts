/**
 * Metric samples by series. A value that does not change is written once a minute only: most series of a service
 * stand still most of the time.
 */
import type { MetricBatch, MetricFamily, MetricSample, MetricType } from "../records.ts";
import { eachRow, rows } from "./database.ts";
import type { Database } from "./database.ts";

export interface MetricTable {
  insert(batch: MetricBatch, resource: number): void;
  /** All metrics of the window, by name. */
  families(): FamilyInfo[];
  series(family: string): Series[];
  /** Points of one series, with the last one before the range, which still holds at its beginning. */
  points(series: number, fromUs: number, toUs: number): Point[];
  exemplars(series: number): Iterable<StoredExemplar>;
  /** The one with the highest value in each step of a range. */
  highestExemplars(series: readonly number[], range: ExemplarRange): StoredExemplar[];
  allSeries(): Series[];
  /** Looks up again what was written last before this moment: its rows have been deleted. */
  forget(beforeUs: number): void;
}

export interface FamilyInfo {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  readonly series: number;
}

export interface Series {
  readonly id: number;
  readonly family: string;
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly resource: number;
}

export interface Point {
  readonly timeUs: number;
  /** Null where there is none: NaN. */
  readonly value: number | null;
}

export interface ExemplarRange {
  readonly fromUs: number;
  readonly toUs: number;
  readonly stepUs: number;
}

export interface StoredExemplar {
  readonly series: number;
  readonly timeUs: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
}

interface SeriesRow extends Omit<Series, "labels"> {
  readonly labels: string;
}

interface Latest {
  readonly id: number;
  value: number | null;
  writtenUs: number;
}

const repeatAfterUs = 60_000_000;

/** How long a value holds when no other comes: a service that has stopped has none. */
const lookBackUs = 90_000_000;

export function createMetricTable(database: Database): MetricTable {
  const find = database.prepare("SELECT id FROM series WHERE key = :key");
  const insertSeries = database.prepare(`
    INSERT INTO series (key, family, name, type, unit, help, labels, resource, last_us)
    VALUES (:key, :family, :name, :type, :unit, :help, :labels, :resource, :lastUs)`);
  const insertPoint = database.prepare("INSERT INTO points (series, time_us, value) VALUES (:series, :timeUs, :value)");
  const insertExemplar = database.prepare(
    "INSERT OR REPLACE INTO exemplars VALUES (:series, :timeUs, :traceId, :spanId, :value)",
  );
  const touch = database.prepare("UPDATE series SET last_us = :timeUs WHERE id = :series");
  const selectFamilies = database.prepare(`
    SELECT family AS name, type, unit, help, count(*) AS series FROM series GROUP BY family ORDER BY family`);
  const seriesOfFamily = database.prepare("SELECT * FROM series WHERE family = :family");
  const everySeries = database.prepare("SELECT * FROM series ORDER BY family, id");
  const selectPoints = database.prepare(`
    SELECT time_us AS timeUs, value FROM points
    WHERE series = :series AND time_us BETWEEN :fromUs - ${lookBackUs} AND :toUs ORDER BY time_us`);
  const selectExemplars = database.prepare(`
    SELECT series, time_us AS timeUs, trace_id AS traceId, span_id AS spanId, value FROM exemplars
    WHERE series = :series ORDER BY time_us`);
  const selectHighest = database.prepare(`
    SELECT series, time_us AS timeUs, trace_id AS traceId, span_id AS spanId, max(value) AS value FROM exemplars
    WHERE series IN (SELECT value FROM json_each(:series)) AND time_us BETWEEN :fromUs AND :toUs
    GROUP BY CAST((time_us - :fromUs) / :stepUs AS INTEGER) ORDER BY timeUs`);
  const latest = new Map<string, Latest>();

  const seriesFor = (family: MetricFamily, sample: MetricSample, resource: number, timeUs: number): Latest => {
    const labels = JSON.stringify(sample.labels);
    const key = `${resource} ${sample.name} ${labels}`;
    const known = latest.get(key);
    if (known !== undefined) return known;
    const { name, type, unit, help } = family;
    const parameters = { key, family: name, name: sample.name, type, unit, help, labels, resource, lastUs: timeUs };
    const stored = rows<{ readonly id: number }>(find, { key })[0]?.id;
    const id = stored ?? Number(insertSeries.run(parameters).lastInsertRowid);
    const made: Latest = { id, value: null, writtenUs: 0 };
    latest.set(key, made);
    return made;
  };

  return {
    insert({ families, timeUs }, resource) {
      for (const family of families) {
        for (const sample of family.samples) {
          const series = seriesFor(family, sample, resource, timeUs);
          const value = Number.isNaN(sample.value) ? null : sample.value;
          if (value !== series.value || timeUs - series.writtenUs >= repeatAfterUs) {
            insertPoint.run({ series: series.id, timeUs, value });
            touch.run({ series: series.id, timeUs });
            series.value = value;
            series.writtenUs = timeUs;
          }
          if (sample.exemplar !== undefined) insertExemplar.run({ series: series.id, ...sample.exemplar });
        }
      }
    },
    forget(beforeUs) {
      for (const [key, { writtenUs }] of latest) if (writtenUs < beforeUs) latest.delete(key);
    },
    families: () => rows<FamilyInfo>(selectFamilies),
    series: (family) => rows<SeriesRow>(seriesOfFamily, { family }).map(toSeries),
    allSeries: () => [...eachRow<SeriesRow>(everySeries)].map(toSeries),
    points: (series, fromUs, toUs) => rows<Point>(selectPoints, { series, fromUs, toUs }),
    exemplars: (series) => eachRow<StoredExemplar>(selectExemplars, { series }),
    highestExemplars: (series, range) =>
      rows<StoredExemplar>(selectHighest, { series: JSON.stringify(series), ...range }),
  };
}

function toSeries(row: SeriesRow): Series {
  return { ...row, labels: JSON.parse(row.labels) };
}
