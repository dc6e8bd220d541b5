/**
 * The searches that Kibana would run for a dashboard: Lens' operations as aggregations of Elasticsearch, controls as the
 * terms of their field, Discover sessions as searches. Made from the same bodies that are sent to Kibana.
 */
import { isObject, listAt, numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { elasticsearchQuery } from "./kql.ts";

export interface PanelSearch {
  readonly panel: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Aggregations = Readonly<Record<string, unknown>>;

/** @param body - What is sent to `PUT /api/dashboards/{id}`. @param now - End of the time range, in milliseconds. */
export function searchesOf(body: unknown, now = Date.now()): readonly PanelSearch[] {
  const range = valueAt(body, "time_range");
  const controls = listAt(body, "pinned_panels").map((control) => ({
    panel: `control ${textAt(control, "config", "title")}`,
    body: search("", { range, now, aggs: { values: { terms: { field: textAt(control, "config", "field_name") } } } }),
  }));
  const panels = listAt(body, "panels").filter((panel) => textAt(panel, "type") !== "markdown");
  return [...controls, ...panels.map((panel) => searchOf(panel, range, now))];
}

function searchOf(panel: unknown, dashboardRange: unknown, now: number): PanelSearch {
  const config = valueAt(panel, "config");
  const range = valueAt(config, "time_range") ?? dashboardRange;
  const title = textAt(config, "title") ?? "";
  if (textAt(panel, "type") === "discover_session") return { panel: title, body: linesOf(config, range, now) };
  const aggs = aggregationsOf(config, { range, now });
  return { panel: title, body: search(textAt(config, "query", "expression") ?? "", { range, now, aggs }) };
}

function linesOf(config: unknown, range: unknown, now: number) {
  const tab = listAt(config, "tabs")[0];
  const [sort] = listAt(tab, "sort");
  return {
    ...search(textAt(tab, "query", "expression") ?? "", { range, now }),
    size: numberAt(tab, "rows_per_page"),
    sort: [{ [textAt(sort, "name") ?? ""]: { order: textAt(sort, "direction") } }],
    fields: listAt(tab, "column_order"),
    _source: false,
  };
}

interface Frame {
  readonly range: unknown;
  readonly now: number;
}

function search(kql: string, { range, now, aggs }: Frame & { readonly aggs?: Aggregations }) {
  const time = { range: { "@timestamp": { gte: now - spanOf(range), lte: now, format: "epoch_millis" } } };
  const query = { bool: { filter: [time, elasticsearchQuery(kql)] } };
  return { size: 0, track_total_hits: true, query, ...(aggs === undefined ? {} : { aggs }) };
}

const hour = 3_600_000;

/** Length of a time range that ends now, in milliseconds. */
function spanOf(range: unknown): number {
  const [, count, unit] = /^now-(\d+)([hd])$/.exec(textAt(range, "from") ?? "") ?? [];
  if (count === undefined) throw new Error(`${JSON.stringify(range)}: no time range of the box`);
  return Number(count) * (unit === "d" ? 24 * hour : hour);
}

/** Buckets of each kind of chart, the outermost first, and its metrics. */
function aggregationsOf(config: unknown, frame: Frame): Aggregations {
  const layer = listAt(config, "layers")[0];
  const kinds: Readonly<Record<string, () => readonly [buckets: readonly unknown[], metrics: readonly unknown[]]>> = {
    metric: () => [[], listAt(config, "metrics")],
    xy: () => [[valueAt(layer, "breakdown_by"), valueAt(layer, "x")], listAt(layer, "y")],
    data_table: () => [listAt(config, "rows"), listAt(config, "metrics")],
    heatmap: () => [[valueAt(config, "y"), valueAt(config, "x")], [valueAt(config, "metric")]],
    pie: () => [listAt(config, "group_by"), listAt(config, "metrics")],
  };
  const kind = kinds[textAt(config, "type") ?? ""];
  if (kind === undefined) throw new Error(`${textAt(config, "type")}: no chart of the box`);
  const [buckets, metrics] = kind();
  return nested(
    buckets.filter((bucket) => bucket !== undefined),
    metrics,
    frame,
  );
}

function nested(buckets: readonly unknown[], metrics: readonly unknown[], frame: Frame): Aggregations {
  const own = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metricOf(metric)]));
  const [bucket, ...inner] = buckets;
  if (bucket === undefined) return own;
  const aggs = inner.length === 0 ? own : { ...own, ...nested(inner, metrics, frame) };
  return { [`by_${textAt(bucket, "operation")}_${inner.length}`]: { ...bucketOf(bucket, metrics, frame), aggs } };
}

const metricKinds: Readonly<Record<string, (field: string | undefined, metric: unknown) => Aggregations>> = {
  count: () => ({ value_count: { field: "_index" } }),
  unique_count: (field) => ({ cardinality: { field } }),
  sum: (field) => ({ sum: { field } }),
  min: (field) => ({ min: { field } }),
  max: (field) => ({ max: { field } }),
  average: (field) => ({ avg: { field } }),
  percentile: (field, metric) => ({ percentiles: { field, percents: [numberAt(metric, "percentile")] } }),
};

function metricOf(metric: unknown): Aggregations {
  const kind = metricKinds[textAt(metric, "operation") ?? ""];
  if (kind === undefined) throw new Error(`${textAt(metric, "operation")}: no metric of the box`);
  const own = kind(textAt(metric, "field"), metric);
  const filter = textAt(metric, "filter", "expression");
  return filter === undefined ? own : { filter: elasticsearchQuery(filter), aggs: { value: own } };
}

function bucketOf(bucket: unknown, metrics: readonly unknown[], { range }: Frame): Aggregations {
  const field = textAt(bucket, "field");
  const kinds: Readonly<Record<string, () => Aggregations>> = {
    terms: () => ({
      terms: { field: listAt(bucket, "fields")[0], size: numberAt(bucket, "limit"), order: orderOf(bucket, metrics) },
    }),
    date_histogram: () => ({ date_histogram: { field, fixed_interval: spanOf(range) > hour ? "3h" : "1m" } }),
    filters: () => ({
      filters: {
        filters: Object.fromEntries(
          listAt(bucket, "filters").map((one) => [
            textAt(one, "label") ?? "",
            elasticsearchQuery(textAt(one, "filter", "expression") ?? ""),
          ]),
        ),
      },
    }),
    range: () => ({
      range: {
        field,
        ranges: listAt(bucket, "ranges").map((one) => {
          const [from, to] = [numberAt(one, "gt"), numberAt(one, "lte")];
          return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        }),
      },
    }),
  };
  const kind = kinds[textAt(bucket, "operation") ?? ""];
  if (kind === undefined) throw new Error(`${textAt(bucket, "operation")}: no bucket of the box`);
  return kind();
}

function orderOf(bucket: unknown, metrics: readonly unknown[]): Aggregations {
  const direction = textAt(bucket, "rank_by", "direction");
  if (textAt(bucket, "rank_by", "type") === "alphabetical") return { _key: direction };
  const index = numberAt(bucket, "rank_by", "metric_index") ?? 0;
  const metric = metrics[index];
  if (metric === undefined) throw new Error(`there is no metric ${index} to rank by`);
  if (textAt(metric, "operation") === "count" && valueAt(metric, "filter") === undefined) return { _count: direction };
  const percentile = numberAt(metric, "percentile");
  return { [percentile === undefined ? `m${index}` : `m${index}.${percentile}`]: direction };
}

/** How many rows an answer gives: lines, or the innermost buckets with a document, or numbers. */
export function rowsOf(answer: unknown): number {
  const hits = listAt(answer, "hits", "hits").length;
  const aggregations = valueAt(answer, "aggregations");
  return aggregations === undefined ? hits : rowsIn(aggregations);
}

function rowsIn(aggregations: unknown): number {
  if (!isObject(aggregations)) return 0;
  const children = Object.entries(aggregations).filter(([name]) => name.startsWith("by_") || name === "values");
  if (children.length > 0) return children.reduce((sum, [, one]) => sum + rowsInBuckets(one), 0);
  return Object.entries(aggregations).some(([name, one]) => /^m\d+$/.test(name) && hasValue(one)) ? 1 : 0;
}

function rowsInBuckets(aggregation: unknown): number {
  const buckets = valueAt(aggregation, "buckets");
  const all = Array.isArray(buckets) ? buckets : Object.values(isObject(buckets) ? buckets : {});
  return all.reduce((sum: number, bucket: unknown) => {
    if ((numberAt(bucket, "doc_count") ?? 0) === 0) return sum;
    const inner = rowsIn(bucket);
    const isLeaf = isObject(bucket) && !Object.keys(bucket).some((key) => key.startsWith("by_"));
    return sum + (isLeaf ? 1 : inner);
  }, 0);
}

function hasValue(metric: unknown): boolean {
  // A metric with a filter of its own. 0 is no row, and nothing at all is none either.
  const filtered = numberAt(metric, "doc_count");
  if (filtered !== undefined) return filtered > 0;
  const value = valueAt(metric, "value") ?? valueAt(metric, "values");
  if (isObject(value)) return Object.values(value).some((one) => typeof one === "number");
  return typeof value === "number" && value !== 0;
}
