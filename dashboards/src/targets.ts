/** What panels ask. */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { ElasticsearchTarget, PrometheusTarget } from "./model.ts";
import type { Text } from "./text.ts";

/** A series of Prometheus, named by its labels: `{{http_route}}`. */
export function prom(
  expr: string,
  legend?: string | Text,
  more: Pick<PrometheusTarget, "exemplar" | "format"> = {},
): PrometheusTarget {
  return { source: "prometheus", expr, ...(legend !== undefined && { legend }), ...more };
}

/** One value, at the end of the page's range. */
export function now(expr: string, legend?: string | Text): PrometheusTarget {
  return { ...prom(expr, legend), instant: true };
}

/** Number of log lines over time, for each of the most frequent values of a field. */
export function countLogs(query: string, by: string | undefined, legend?: string | Text): ElasticsearchTarget {
  const terms = {
    id: "2",
    type: "terms",
    field: by,
    settings: { min_doc_count: "1", order: "desc", orderBy: "_count", size: "10" },
  };
  return {
    source: "elasticsearch",
    query,
    ...(legend !== undefined && { legend }),
    metrics: [{ id: "1", type: "count" }],
    bucketAggs: [
      ...(by === undefined ? [] : [terms]),
      {
        id: "3",
        type: "date_histogram",
        field: logFields.timestamp,
        settings: { interval: "auto", min_doc_count: "0", trimEdges: "0" },
      },
    ],
  };
}

/** A table of the most frequent values of some fields, with the number of lines of each. */
export function topLogs(query: string, fields: readonly string[], size = 20): ElasticsearchTarget {
  return {
    source: "elasticsearch",
    query,
    metrics: [{ id: "1", type: "count" }],
    bucketAggs: fields.map((field, index) => ({
      id: String(index + 2),
      type: "terms",
      field,
      settings: { min_doc_count: "1", order: "desc", orderBy: "_count", size: String(size) },
    })),
  };
}

/** When the newest of the lines was written. */
export function latestLog(query: string): ElasticsearchTarget {
  const { bucketAggs = [] } = countLogs(query, undefined);
  return {
    source: "elasticsearch",
    query,
    metrics: [{ id: "1", type: "max", field: logFields.timestamp }],
    bucketAggs,
  };
}

/** A table of the values of a field, the one that was seen last for the first time above, with its first time. */
export function firstLogs(query: string, field: string, size = 20): ElasticsearchTarget {
  return {
    source: "elasticsearch",
    query,
    metrics: [
      { id: "1", type: "min", field: logFields.timestamp },
      { id: "3", type: "count" },
    ],
    bucketAggs: [
      {
        id: "2",
        type: "terms",
        field,
        settings: { min_doc_count: "1", order: "desc", orderBy: "1", size: String(size) },
      },
    ],
  };
}

/** Letters by which Grafana tells the targets of a panel apart: A, B, C. */
export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
