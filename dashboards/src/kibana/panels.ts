/** Panels: each has a title, and says what it shows and what a reader should conclude. */
import type { Text } from "../text.ts";
import type { Bucket, Metric, TimeRange, Vis, XyChart } from "./api.ts";
import { fields } from "./fields.ts";
import type { Field } from "./fields.ts";
import { everything, query } from "./kql.ts";
import { time } from "./operations.ts";
import type { Panel } from "./page.ts";

/** The data view of log lines; the setup makes it under this id. */
export const logsView = "obsbox-logs";

const source = { type: "data_view_reference", ref_id: logsView } as const;

/** What every panel is told. */
export interface About {
  readonly title: Text;
  readonly about: Text;
  /** Condition for the lines that count; all lines without it. */
  readonly where?: string;
  readonly width?: number;
  readonly height?: number;
  /** Instead of the dashboard's. */
  readonly over?: TimeRange;
  readonly emptyIsHealthy?: true;
  readonly needs?: string;
}

/** One number. */
export function number(about: About, metric: Metric): Panel {
  const metrics = [{ type: "primary", ...metric }] as const;
  return chart({ width: 12, height: 5, ...about }, { ...headOf(about), type: "metric", data_source: source, metrics });
}

/** Bars over time, one colour for each bucket. */
export function barsOverTime(about: About, metric: Metric, by?: Bucket): Panel {
  return xy(about, {
    type: "bar_stacked",
    data_source: source,
    x: time,
    y: [metric],
    ...(by === undefined ? {} : { breakdown_by: by }),
  });
}

/** A line for each metric, or for each bucket of one. */
export function linesOverTime(about: About, metrics: readonly Metric[], by?: Bucket): Panel {
  return xy(about, {
    type: "line",
    data_source: source,
    x: time,
    y: metrics,
    ...(by === undefined ? {} : { breakdown_by: by }),
  });
}

/** A row for each combination of the buckets. */
export function table(about: About, rows: readonly Bucket[], metrics: readonly Metric[]): Panel {
  const config = { type: "data_table", data_source: source, metrics, rows, styling: { paging: 10 } } as const;
  return chart({ height: 12, ...about }, { ...headOf(about), ...config });
}

/** How many lines lie in each range at each time: dark where many do. */
export function heatmap(about: About, metric: Metric, by: Bucket): Panel {
  return chart(about, { ...headOf(about), type: "heatmap", data_source: source, metric, x: time, y: by });
}

/** Shares of a whole. */
export function shares(about: About, metric: Metric, by: Bucket & { readonly operation: "terms" }): Panel {
  return chart(about, {
    ...headOf(about),
    type: "pie",
    data_source: source,
    metrics: [metric],
    group_by: [by],
    styling: { donut_hole: "m" },
  });
}

/** The lines themselves, newest first unless told otherwise. */
export function lines(about: About, columns: readonly Field[], sort: Field = fields.timestamp): Panel {
  const { title, about: description, where = everything } = about;
  const tab = {
    data_source: source,
    query: query(where),
    column_order: columns,
    sort: [{ name: sort, direction: "desc" }],
    view_mode: "documents",
    rows_per_page: 50,
  } as const;
  return {
    ...frameOf({ width: 48, height: 16, ...about }),
    type: "discover_session",
    config: { title, description, tabs: [tab] },
  };
}

function xy(about: About, layer: XyChart["layers"][0]): Panel {
  const hasLegend = layer.breakdown_by !== undefined || layer.y.length > 1;
  return chart(about, {
    ...headOf(about),
    type: "xy",
    legend: {
      visibility: hasLegend ? "visible" : "hidden",
      placement: "outside",
      position: "bottom",
      layout: { type: "list" },
    },
    axis: { x: { title: { visible: false } }, y: { title: { visible: false } } },
    layers: [layer],
  });
}

function chart(about: About, config: Vis): Panel {
  return { ...frameOf(about), type: "vis", config };
}

function headOf({ title, about, where = everything, over }: About) {
  return { title, description: about, query: query(where), ...(over === undefined ? {} : { time_range: over }) };
}

function frameOf({ width = 24, height = 10, emptyIsHealthy, needs }: About) {
  return {
    width,
    height,
    ...(emptyIsHealthy === undefined ? {} : { emptyIsHealthy }),
    ...(needs === undefined ? {} : { needs }),
  };
}
