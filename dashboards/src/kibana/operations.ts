/** What is counted or measured, and by what. */
import type { Bucket, DateHistogram, Filters, Format, Metric, Ranges, RankBy, Terms } from "./api.ts";
import type { Text } from "../text.ts";
import { fields } from "./fields.ts";
import type { Field } from "./fields.ts";
import { query } from "./kql.ts";

const whole: Format = { type: "number", decimals: 0 };
/** ECS counts nanoseconds. */
const duration: Format = { type: "duration", from: "ns", to: "auto-approximate" };

/** @param filter - Counts only lines for which this holds. */
export function count(label: Text, filter?: string): Metric {
  return { operation: "count", label, format: whole, empty_as_null: false, ...filterOf(filter) };
}

export function unique(label: Text, field: Field, filter?: string): Metric {
  return { operation: "unique_count", label, field, format: whole, empty_as_null: false, ...filterOf(filter) };
}

export function bytes(label: Text, field: Field): Metric {
  return { operation: "sum", label, field, format: { type: "bytes", decimals: 1 }, empty_as_null: false };
}

/** A percentile of `event.duration`. */
export function durationPercentile(percentile: number, label: Text): Metric {
  return { operation: "percentile", label, field: fields.eventDuration, percentile, format: duration };
}

export function longest(label: Text): Metric {
  return { operation: "max", label, field: fields.eventDuration, format: duration };
}

export function highest(label: Text, field: Field): Metric {
  return { operation: "max", label, field, format: { type: "bytes", decimals: 1 } };
}

/** Time of the first line; shown as a date. */
export function first(label: Text = { en: "First", zh: "首次" }): Metric {
  return { operation: "min", label, field: fields.timestamp };
}

/** Time of the newest line; shown as a date. */
export function last(label: Text = { en: "Last", zh: "最近" }): Metric {
  return { operation: "max", label, field: fields.timestamp };
}

interface TermsOptions {
  readonly limit?: number;
  /** The metrics of the panel are counted from 0. */
  readonly by?: RankBy;
  readonly withOther?: boolean;
}

const mostFirst: RankBy = { type: "metric", metric_index: 0, direction: "desc" };

/** One bucket for each value of a field; those with the highest first metric. */
export function terms(label: Text, field: Field, options: TermsOptions = {}): Terms {
  const { limit = 10, by = mostFirst, withOther = false } = options;
  const other = withOther ? { other_bucket: { include_documents_without_field: true } } : {};
  return { operation: "terms", label, fields: [field], limit, rank_by: by, ...other };
}

export function rankedBy(metricIndex: number, direction: "asc" | "desc" = "desc"): RankBy {
  return { type: "metric", metric_index: metricIndex, direction };
}

export const time: DateHistogram = {
  operation: "date_histogram",
  label: { en: "Time", zh: "时间" },
  field: fields.timestamp,
  suggested_interval: "auto",
  include_empty_rows: true,
};

export function filters(label: Text, rows: readonly (readonly [Text, string])[]): Filters {
  return { operation: "filters", label, filters: rows.map(([label, filter]) => ({ filter: query(filter), label })) };
}

/** @param bounds - In milliseconds, with the name of what lies up to each; the last has no bound. */
export function durationRanges(bounds: readonly (readonly [Text, number | undefined])[]): Ranges {
  const nanoseconds = bounds.map(([, ms]) => (ms === undefined ? undefined : ms * 1e6));
  return {
    operation: "range",
    label: { en: "Duration", zh: "耗时" },
    field: fields.eventDuration,
    ranges: bounds.map(([label], index) => ({
      ...(index === 0 ? {} : { gt: nanoseconds[index - 1] ?? 0 }),
      ...(nanoseconds[index] === undefined ? {} : { lte: nanoseconds[index] }),
      label,
    })),
  };
}

export type { Bucket };

function filterOf(filter: string | undefined) {
  return filter === undefined ? {} : { filter: query(filter) };
}
