/**
 * The part of the schema of Kibana's Dashboards API that the box's dashboards may use, written down after elastic/kibana:
 * `as-code/dashboard-schema` (420ee48ee417), `kbn-lens-embeddable-utils/config_builder/schema` (charts/xy.ts 03e00ffb7e8e,
 * charts/datatable.ts 00182e8e9e92 and the others in their zod form), `controls-schemas`, and the panels of
 * `terraform-provider-elasticstack` (f2df95a9f70b), which are tested against Kibana 9.5. As there, an unknown key is refused.
 * What a newer Kibana allows besides is left out on purpose.
 */
import { isObject } from "../../stack/companion/elasticsearch/json.ts";

/** Gives what is wrong with a value, each with its path. */
type Check = (value: unknown, path: string) => readonly string[];

const text: Check = (value, path) => (typeof value === "string" ? [] : [`${path}: expected a text`]);
const filled: Check = (value, path) => (typeof value === "string" && value !== "" ? [] : [`${path}: expected a text`]);
const flag: Check = (value, path) => (typeof value === "boolean" ? [] : [`${path}: expected true or false`]);

const number =
  (min = -Infinity, max = Infinity): Check =>
  (value, path) =>
    typeof value === "number" && value >= min && value <= max ? [] : [`${path}: expected a number ${min} to ${max}`];

const oneOf =
  (...allowed: readonly (string | number)[]): Check =>
  (value, path) =>
    allowed.some((one) => one === value) ? [] : [`${path}: expected one of ${allowed.join(", ")}`];

const list =
  (item: Check, min: number, max: number): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return [`${path}: expected a list`];
    const size = value.length >= min && value.length <= max ? [] : [`${path}: expected ${min} to ${max} items`];
    return [...size, ...value.flatMap((one, index) => item(one, `${path}[${index}]`))];
  };

type Shape = Readonly<Record<string, Check>>;

/** An object with these keys, of which those of `optional` may be missing, and no others. */
const object =
  (required: Shape, optional: Shape = {}): Check =>
  (value, path) => {
    if (!isObject(value)) return [`${path}: expected an object`];
    const checks = { ...required, ...optional };
    const missing = Object.keys(required).filter((key) => value[key] === undefined);
    const known = Object.entries(value).flatMap(([key, one]) => {
      const check = checks[key];
      return check === undefined
        ? [`${path}.${key}: additional properties are not allowed`]
        : check(one, `${path}.${key}`);
    });
    return [...missing.map((key) => `${path}.${key}: is missing`), ...known];
  };

/** The check that a key of the value chooses. */
const chosenBy =
  (key: string, checks: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    const kind = isObject(value) ? value[key] : undefined;
    const check = typeof kind === "string" ? checks[kind] : undefined;
    return check === undefined
      ? [`${path}.${key}: expected one of ${Object.keys(checks).join(", ")}`]
      : check(value, path);
  };

const query = object({ expression: text, language: oneOf("kql", "lucene") });
const direction = oneOf("asc", "desc");
const dataSource = object({ type: oneOf("data_view_reference"), ref_id: filled });
const timeRange = object({ from: filled, to: filled }, { mode: oneOf("absolute", "relative") });
const label: Shape = { label: text };

const format = chosenBy("type", {
  number: object({ type: text }, { decimals: number(), compact: flag, suffix: text }),
  percent: object({ type: text }, { decimals: number(), compact: flag, suffix: text }),
  bytes: object({ type: text }, { decimals: number(), suffix: text }),
  duration: object(
    { type: text, from: oneOf("ps", "ns", "us", "ms", "s", "min", "h", "d", "w", "mo", "y") },
    { to: oneOf("auto", "auto-approximate", "ms", "s", "min", "h", "d", "w", "mo", "y"), suffix: text },
  ),
});

/** Metrics, which charts give further keys. */
const metric = (more: Shape = {}) => {
  const shared = { ...label, format, filter: query, ...more };
  const onField = (extra: Shape = {}) => object({ operation: text, field: filled }, { ...shared, ...extra });
  const stats = onField();
  return chosenBy("operation", {
    count: object({ operation: text }, { ...shared, field: text, empty_as_null: flag }),
    unique_count: onField({ empty_as_null: flag }),
    sum: onField({ empty_as_null: flag }),
    min: stats,
    max: stats,
    average: stats,
    median: stats,
    percentile: onField({ percentile: number(0, 100) }),
  });
};

const rankBy = chosenBy("type", {
  metric: object({ type: text, direction }, { metric_index: number(0) }),
  alphabetical: object({ type: text, direction }),
});

const bucket = chosenBy("operation", {
  terms: object(
    { operation: text, fields: list(filled, 1, 4) },
    {
      ...label,
      format,
      limit: number(1),
      rank_by: rankBy,
      other_bucket: object({ include_documents_without_field: flag }),
    },
  ),
  date_histogram: object(
    { operation: text, field: filled },
    { ...label, suggested_interval: text, include_empty_rows: flag, use_original_time_range: flag },
  ),
  filters: object({ operation: text, filters: list(object({ filter: query }, label), 1, 100) }, label),
  range: object(
    { operation: text, field: filled, ranges: list(object({}, { gt: number(), lte: number(), ...label }), 1, 100) },
    { ...label, format },
  ),
});

const presentation: Shape = { title: text, description: text, hide_title: flag, hide_border: flag };
const chart: Shape = { ...presentation, query, time_range: timeRange };
const sampled: Shape = { sampling: number(0, 1), ignore_global_filters: flag };

const axis = object({}, { title: object({}, { text, visible: flag }) });

const layer = object(
  {
    type: oneOf("area", "area_stacked", "bar", "bar_horizontal", "bar_horizontal_stacked", "bar_stacked", "line"),
    data_source: dataSource,
    y: list(metric({ axis: oneOf("y", "y2") }), 1, 100),
  },
  { ...sampled, x: bucket, breakdown_by: bucket },
);

const legend = object(
  {},
  {
    visibility: oneOf("auto", "visible", "hidden"),
    placement: oneOf("outside"),
    position: oneOf("top", "bottom"),
    layout: chosenBy("type", { list: object({ type: text }), grid: object({ type: text }) }),
  },
);

const vis = chosenBy("type", {
  metric: object(
    { type: text, data_source: dataSource, metrics: list(metric({ type: oneOf("primary"), subtitle: text }), 1, 2) },
    { ...chart, ...sampled },
  ),
  xy: object(
    { type: text, layers: list(layer, 1, 100) },
    { ...chart, legend, axis: object({}, { x: axis, y: axis, y2: axis }) },
  ),
  data_table: object(
    { type: text, data_source: dataSource, metrics: list(metric(), 1, 1000) },
    {
      ...chart,
      ...sampled,
      rows: list(bucket, 1, 50),
      styling: object({}, { paging: oneOf(10, 20, 30, 50, 100) }),
    },
  ),
  heatmap: object(
    { type: text, data_source: dataSource, metric: metric(), x: bucket },
    { ...chart, ...sampled, y: bucket },
  ),
  pie: object(
    { type: text, data_source: dataSource, metrics: list(metric(), 1, 100) },
    {
      ...chart,
      ...sampled,
      group_by: list(bucket, 1, 3),
      styling: object({}, { donut_hole: oneOf("none", "s", "m", "l") }),
    },
  ),
});

const discoverTab = object(
  { data_source: dataSource, query },
  {
    column_order: list(filled, 0, 100),
    sort: list(object({ name: filled, direction }), 0, 100),
    view_mode: oneOf("documents", "patterns", "aggregated"),
    density: oneOf("compact", "expanded", "normal"),
    rows_per_page: number(1, 10_000),
    sample_size: number(10, 10_000),
  },
);

const panelConfigs: Readonly<Record<string, Check>> = {
  vis,
  discover_session: object({ tabs: list(discoverTab, 1, 1) }, { ...presentation, time_range: timeRange }),
  markdown: object({ content: text }, { ...presentation, settings: object({}, { open_links_in_new_tab: flag }) }),
};

const grid = object({ x: number(0, 47), y: number(0) }, { w: number(1, 48), h: number(1) });

const panel = chosenBy(
  "type",
  Object.fromEntries(
    Object.entries(panelConfigs).map(([type, config]) => [type, object({ type: text, grid, config }, { id: text })]),
  ),
);

const control = object(
  {
    type: oneOf("options_list_control"),
    config: object({ data_view_id: filled, field_name: filled }, controlOptions()),
  },
  { id: text, width: oneOf("small", "medium", "large"), grow: flag },
);

const body = object(
  { title: filled },
  {
    description: text,
    project_routing: text,
    pinned_panels: list(control, 0, 100),
    panels: list(panel, 0, 1000),
    query,
    time_range: timeRange,
    refresh_interval: object({ pause: flag, value: number(0) }),
    options: object(
      {},
      {
        auto_apply_filters: flag,
        hide_panel_titles: flag,
        hide_panel_borders: flag,
        use_margins: flag,
        sync_colors: flag,
        sync_cursor: flag,
        sync_tooltips: flag,
      },
    ),
    tags: list(text, 0, 100),
  },
);

/** What Kibana would refuse in the body of a dashboard; nothing when it takes it. */
export function problemsOf(dashboard: unknown): readonly string[] {
  return body(dashboard, "body");
}

function controlOptions(): Shape {
  return { title: text, single_select: flag, exclude: flag, exists_selected: flag, use_global_filters: flag };
}
