/**
 * The part of the Dashboards API's body that the box uses, with a `Text` wherever people read. Names and allowed values are
 * those of Kibana 9.5: `as-code/dashboard-schema` and `kbn-lens-embeddable-utils/config_builder/schema` in elastic/kibana.
 */
import type { Text } from "../text.ts";

/** KQL. */
export interface Query {
  readonly expression: string;
  readonly language: "kql";
}

export interface DataSource {
  readonly type: "data_view_reference";
  readonly ref_id: string;
}

export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

export type Format =
  | { readonly type: "number" | "percent"; readonly decimals: number; readonly compact?: boolean }
  | { readonly type: "bytes"; readonly decimals: number }
  | { readonly type: "duration"; readonly from: "ns"; readonly to: "auto-approximate" | "ms" };

interface Operation {
  readonly label: Text;
  readonly format?: Format;
  readonly filter?: Query;
}

export type Metric = Operation &
  (
    | { readonly operation: "count"; readonly empty_as_null: false }
    | { readonly operation: "unique_count" | "sum"; readonly field: string; readonly empty_as_null: false }
    | { readonly operation: "min" | "max" | "average"; readonly field: string }
    | { readonly operation: "percentile"; readonly field: string; readonly percentile: number }
  );

export type RankBy =
  | { readonly type: "metric"; readonly metric_index: number; readonly direction: "asc" | "desc" }
  | { readonly type: "alphabetical"; readonly direction: "asc" | "desc" };

export interface Terms {
  readonly operation: "terms";
  readonly label: Text;
  readonly fields: readonly [string];
  readonly limit: number;
  readonly rank_by: RankBy;
  /** Without it, what is beyond the limit is left out. */
  readonly other_bucket?: { readonly include_documents_without_field: boolean };
}

export interface DateHistogram {
  readonly operation: "date_histogram";
  readonly label: Text;
  readonly field: string;
  readonly suggested_interval: "auto";
  readonly include_empty_rows: boolean;
}

export interface Filters {
  readonly operation: "filters";
  readonly label: Text;
  readonly filters: readonly { readonly filter: Query; readonly label: Text }[];
}

export interface Ranges {
  readonly operation: "range";
  readonly label: Text;
  readonly field: string;
  readonly ranges: readonly { readonly gt?: number; readonly lte?: number; readonly label: Text }[];
}

export type Bucket = Terms | DateHistogram | Filters | Ranges;

/** What every chart has. */
interface Chart {
  readonly title: Text;
  readonly description: Text;
  readonly query: Query;
  /** Instead of the dashboard's. */
  readonly time_range?: TimeRange;
}

export interface MetricChart extends Chart {
  readonly type: "metric";
  readonly data_source: DataSource;
  readonly metrics: readonly [Metric & { readonly type: "primary" }];
}

export interface XyChart extends Chart {
  readonly type: "xy";
  readonly legend: {
    readonly visibility: "visible" | "hidden";
    readonly placement: "outside";
    readonly position: "bottom";
    readonly layout: { readonly type: "list" };
  };
  readonly axis: {
    readonly x: { readonly title: { readonly visible: false } };
    readonly y: { readonly title: { readonly visible: false } };
  };
  readonly layers: readonly [
    {
      readonly type: "bar_stacked" | "line" | "bar_horizontal";
      readonly data_source: DataSource;
      readonly x: Bucket;
      readonly y: readonly Metric[];
      readonly breakdown_by?: Bucket;
    },
  ];
}

export interface Table extends Chart {
  readonly type: "data_table";
  readonly data_source: DataSource;
  readonly metrics: readonly Metric[];
  readonly rows: readonly Bucket[];
  readonly styling: { readonly paging: 10 | 20 };
}

export interface Heatmap extends Chart {
  readonly type: "heatmap";
  readonly data_source: DataSource;
  readonly metric: Metric;
  readonly x: Bucket;
  readonly y: Bucket;
}

export interface Pie extends Chart {
  readonly type: "pie";
  readonly data_source: DataSource;
  readonly metrics: readonly [Metric];
  readonly group_by: readonly [Terms];
  readonly styling: { readonly donut_hole: "m" };
}

export type Vis = MetricChart | XyChart | Table | Heatmap | Pie;

/** Lines, as Discover shows them. */
export interface DiscoverSession {
  readonly title: Text;
  readonly description: Text;
  readonly tabs: readonly [
    {
      readonly data_source: DataSource;
      readonly query: Query;
      readonly column_order: readonly string[];
      readonly sort: readonly [{ readonly name: string; readonly direction: "asc" | "desc" }];
      readonly view_mode: "documents";
      readonly rows_per_page: number;
    },
  ];
}

export interface Markdown {
  readonly title: Text;
  readonly description: Text;
  readonly content: Text;
  readonly settings: { readonly open_links_in_new_tab: boolean };
}

/** What a panel is and shows; where it stands comes with the page. */
export type PanelContent =
  | { readonly type: "vis"; readonly config: Vis }
  | { readonly type: "discover_session"; readonly config: DiscoverSession }
  | { readonly type: "markdown"; readonly config: Markdown };

/** A menu of a field's values, above the panels. */
export interface OptionsListControl {
  readonly id: string;
  readonly type: "options_list_control";
  readonly width: "small" | "medium" | "large";
  readonly grow: boolean;
  readonly config: {
    readonly title: Text;
    readonly data_view_id: string;
    readonly field_name: string;
    readonly single_select: boolean;
  };
}
