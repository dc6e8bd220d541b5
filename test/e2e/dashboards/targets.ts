/** What a target of a panel asks its data source, as Grafana would, and the numbers in the answer. */
import type { DataSource, Request } from "./data-sources.ts";
import { range } from "./variables.ts";
import type { Values } from "./variables.ts";

export interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string };
  readonly expr?: string;
  readonly instant?: boolean;
  readonly query?: string;
  readonly queryType?: string;
  readonly metrics?: readonly { readonly type: string; readonly field?: string }[];
  readonly bucketAggs?: readonly BucketAgg[];
  readonly [key: string]: unknown;
}

interface BucketAgg {
  readonly id: string;
  readonly type: string;
  readonly field: string;
  readonly settings: Readonly<Record<string, string>>;
}

export function requestOf(target: Target, source: DataSource): Request {
  if (target.expr !== undefined) return prometheusRequest(target);
  return target.metrics === undefined ? jaegerRequest(target) : elasticsearchRequest(target, source.index);
}

function prometheusRequest({ expr = "", instant }: Target): Request {
  const end = Date.now() / 1000;
  const form: Values =
    instant === true
      ? { query: expr, time: String(end) }
      : { query: expr, start: String(end - range.seconds), end: String(end), step: String(range.stepSeconds) };
  return { method: "POST", path: instant === true ? "/api/v1/query" : "/api/v1/query_range", form };
}

function jaegerRequest({
  queryType,
  service = "",
  operation,
  tags,
  minDuration,
  maxDuration,
  limit = 20,
}: Target): Request {
  const end = Date.now();
  if (queryType === "dependencyGraph") {
    return { method: "GET", path: `/api/dependencies?endTs=${end}&lookback=${range.seconds * 1000}` };
  }
  const asked = {
    service,
    operation,
    tags: typeof tags === "string" && tags !== "" ? logfmt(tags) : undefined,
    minDuration,
    maxDuration,
    limit,
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== "");
  const times = { start: String((end - range.seconds * 1000) * 1000), end: String(end * 1000) };
  const query = new URLSearchParams({
    ...Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
    ...times,
  });
  return { method: "GET", path: `/api/traces?${query.toString()}` };
}

/** `error=true` of the query editor is JSON for Jaeger. */
function logfmt(tags: string): string {
  return JSON.stringify(Object.fromEntries(tags.split(" ").map((tag) => tag.split("="))));
}

function elasticsearchRequest({ query = "", metrics = [], bucketAggs = [] }: Target, index: string): Request {
  const filter = [
    { range: { "@timestamp": { gte: `now-${range.seconds}s`, lte: "now" } } },
    { query_string: { analyze_wildcard: true, query: query === "" ? "*" : query } },
  ];
  const [metric] = metrics;
  const isRaw = metric === undefined || /^(logs|raw_data|raw_document)$/.test(metric.type);
  const search = {
    size: isRaw ? 100 : 0,
    query: { bool: { filter } },
    ...(!isRaw && { aggs: aggregations(bucketAggs, metrics) }),
  };
  return { method: "POST", path: `/${index}/_search?ignore_unavailable=true`, body: search };
}

function aggregations(bucketAggs: readonly BucketAgg[], metrics: NonNullable<Target["metrics"]>): unknown {
  const [first, ...rest] = bucketAggs;
  if (first === undefined) {
    const own = metrics.filter(({ type }) => type !== "count");
    return Object.fromEntries(own.map(({ type, field }, index) => [`m${index}`, { [type]: { field } }]));
  }
  return { b: { ...bucket(first), aggs: aggregations(rest, metrics) } };
}

function bucket({ type, field, settings }: BucketAgg): object {
  if (type === "date_histogram") return { date_histogram: { field, fixed_interval: "15s", min_doc_count: 0 } };
  if (type === "terms") return { terms: { field, size: Number(settings["size"] ?? 10) } };
  throw new Error(`a bucket of the type ${type} is not known here`);
}

export function numbersIn(target: Target, body: unknown): readonly number[] {
  if (target.expr !== undefined) return prometheusNumbers(body);
  return target.metrics === undefined ? jaegerNumbers(body) : elasticsearchNumbers(body);
}

function prometheusNumbers(body: unknown): readonly number[] {
  interface Series {
    readonly value?: readonly [number, string];
    readonly values?: readonly (readonly [number, string])[];
  }
  const { result } = (body as { data: { result: readonly Series[] } }).data;
  const samples = result.flatMap(({ value, values }) => values ?? (value === undefined ? [] : [value]));
  return samples.map(([, value]) => Number(value)).filter((value) => !Number.isNaN(value));
}

/** A trace or a call from one service to another counts as one. */
function jaegerNumbers(body: unknown): readonly number[] {
  return ((body as { data?: readonly unknown[] | null }).data ?? []).map(() => 1);
}

function elasticsearchNumbers(body: unknown): readonly number[] {
  interface Buckets {
    readonly b?: { readonly buckets: readonly (Buckets & { readonly doc_count: number })[] };
  }
  const { hits, aggregations } = body as { hits: { total: { value: number } }; aggregations?: Buckets };
  if (aggregations === undefined) return hits.total.value > 0 ? [hits.total.value] : [];
  const leaves = ({ b }: Buckets, count: number): readonly number[] =>
    b === undefined ? [count] : b.buckets.flatMap((one) => leaves(one, one.doc_count));
  return leaves(aggregations, hits.total.value).filter((count) => count > 0);
}
