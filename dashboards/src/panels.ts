/**
 * One function for each kind of panel. Title, description and unit are parameters that cannot be left out, so a panel
 * without them does not compile.
 */
import { toRunbookOfValue, toTrace, toValue } from "./links.ts";
import type { ElasticsearchTarget, Json, Link, Override, Panel, Target } from "./model.ts";
import type { Text } from "./text.ts";
import type { Unit } from "./units.ts";

interface Common {
  readonly title: Text;
  readonly description: Text;
  readonly width?: number;
  readonly height?: number;
  readonly links?: readonly Link[];
  readonly valueLinks?: readonly Link[];
  readonly emptyIsHealthy?: true;
  readonly needs?: string | Text;
}

interface Measured extends Common {
  readonly unit: Unit;
  readonly targets: readonly Target[];
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly Json[];
  readonly overrides?: readonly Override[];
}

/** Steps from good to bad: `[[undefined, "green"], [0.01, "yellow"], [0.05, "red"]]`. Colours by Grafana's names. */
export type Thresholds = readonly (readonly [from: number | undefined, color: Color])[];
export type Color = "green" | "yellow" | "orange" | "red" | "blue" | "purple" | "text" | "transparent";

/** The same thresholds on every page where more is worse. */
export function worseAbove(warning: number, critical: number): Thresholds {
  return [
    [undefined, "green"],
    [warning, "yellow"],
    [critical, "red"],
  ];
}

/** And where less is worse. */
export function worseBelow(warning: number, critical: number): Thresholds {
  return [
    [undefined, "red"],
    [critical, "yellow"],
    [warning, "green"],
  ];
}

/** One number with a small curve: what is read first. */
export function stat(
  panel: Measured & {
    readonly text?: "value" | "name" | "value_and_name";
    readonly curve?: boolean;
    /** The sum of all values over time instead of the latest one. */
    readonly total?: boolean;
  },
): Panel {
  return {
    ...place(panel, 4, 4),
    type: "stat",
    targets: panel.targets,
    field: fieldOf(panel.needs === undefined ? panel : { ...panel, ...colorlessWithoutValue(panel) }),
    options: {
      reduceOptions: { calcs: [panel.total === true ? "sum" : "lastNotNull"], fields: "", values: false },
      colorMode: panel.thresholds === undefined ? "none" : "value",
      graphMode:
        panel.curve === false || panel.targets.some((one) => "instant" in one && one.instant) ? "none" : "area",
      textMode: panel.text ?? "auto",
      justifyMode: "auto",
      orientation: "auto",
    },
  };
}

/** Curves over time, never stacked unless the sum means something. */
export function series(
  panel: Measured & {
    readonly stack?: boolean;
    readonly legend?: "list" | "table" | "hidden";
    /** Lines at the thresholds instead of colours of the curves. */
    readonly lines?: boolean;
    readonly fill?: number;
    readonly bars?: boolean;
  },
): Panel {
  const { legend = "list" } = panel;
  return {
    ...place(panel, 12, 8),
    type: "timeseries",
    targets: panel.targets,
    field: {
      min: 0,
      ...fieldOf(panel),
      color: { mode: "palette-classic" },
      custom: {
        drawStyle: panel.bars === true ? "bars" : "line",
        lineWidth: 1,
        fillOpacity: panel.fill ?? (panel.stack === true || panel.bars === true ? 60 : 8),
        showPoints: "never",
        spanNulls: 90_000,
        stacking: { mode: panel.stack === true ? "normal" : "none", group: "A" },
        thresholdsStyle: { mode: panel.lines === true ? "dashed" : "off" },
        axisPlacement: "auto",
        // Shares that are 0 all the time would get an axis of thousands of percent.
        ...(panel.unit === "percentunit" && { axisSoftMax: 0.01 }),
      },
    },
    options: {
      legend: {
        displayMode: legend,
        placement: legend === "table" ? "right" : "bottom",
        showLegend: legend !== "hidden",
        calcs: legend === "table" ? ["mean", "max", "lastNotNull"] : [],
      },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}

/** How durations are spread, over time. Its target has the format `heatmap` and the legend `{{le}}`. */
export function heatmap(panel: Measured): Panel {
  return {
    ...place(panel, 12, 8),
    type: "heatmap",
    targets: panel.targets,
    field: {
      custom: { hideFrom: { legend: false, tooltip: false, viz: false }, scaleDistribution: { type: "linear" } },
    },
    options: {
      calculate: false,
      cellGap: 1,
      color: {
        mode: "scheme",
        scheme: "Blues",
        steps: 64,
        exponent: 0.5,
        fill: "dark-blue",
        reverse: false,
        scale: "exponential",
      },
      exemplars: { color: "rgba(255,0,255,0.7)" },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: "auto" },
      tooltip: { mode: "single", show: true, yHistogram: true },
      yAxis: { axisPlacement: "left", reverse: false, unit: panel.unit },
      cellValues: { unit: "short" },
      showValue: "never",
    },
  };
}

/** Bars side by side, longest first: what takes most. */
export function bars(panel: Measured): Panel {
  return {
    ...place(panel, 8, 8),
    type: "bargauge",
    targets: panel.targets,
    field: { min: 0, ...fieldOf(panel) },
    options: {
      displayMode: "basic",
      orientation: "horizontal",
      showUnfilled: true,
      minVizHeight: 12,
      minVizWidth: 0,
      valueMode: "color",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    },
  };
}

/** Coloured stretches of time: which state something was in. */
export function states(panel: Measured): Panel {
  return {
    ...place(panel, 24, 8),
    type: "state-timeline",
    targets: panel.targets,
    field: {
      ...fieldOf(panel),
      // The legend has the words of the mappings, and their colours, in no mode but this one.
      ...(panel.mappings === undefined ? { color: { mode: "thresholds" } } : { color: { mode: "palette-classic" } }),
      custom: { fillOpacity: 80, lineWidth: 0 },
    },
    options: {
      mergeValues: true,
      showValue: "auto",
      alignValue: "center",
      rowHeight: 0.85,
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "single", sort: "none" },
    },
  };
}

export interface Column {
  readonly title: Text;
  readonly unit: Unit;
  readonly expr: string;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly Json[];
  readonly decimals?: number;
  readonly links?: readonly Link[];
  /** Pixels. */
  readonly width?: number;
}

export interface KeyColumn {
  readonly label: string;
  readonly title: Text;
  readonly links?: readonly Link[];
  readonly width?: number;
}

/** One row for each combination of labels, one column for each question about it. */
export function table(
  panel: Common & {
    readonly keys: readonly KeyColumn[];
    readonly columns: readonly Column[];
    /** Number of the column to sort by, counted from 0 over `columns`; the first by default. */
    readonly sortBy?: number;
    /** The smallest value first, where that is the worst. */
    readonly isAscending?: boolean;
  },
): Panel {
  const { keys, columns, sortBy = 0 } = panel;
  const valueField = (index: number) => (columns.length === 1 ? "Value" : `Value #${refId(index)}`);
  const titles = [
    ...keys.map(({ label, title }) => [label, title] as const),
    ...columns.map(({ title }, index) => [valueField(index), title] as const),
  ];
  return {
    ...place(panel, 24, 9),
    type: "table",
    targets: columns.map(({ expr }) => ({ source: "prometheus", expr, instant: true, format: "table" })),
    field: { custom: { align: "auto", displayMode: "auto", filterable: false, minWidth: 80 } },
    overrides: [
      ...keys.map(({ title, links, width }) => ({
        field: title,
        properties: {
          ...(width && { "custom.width": width }),
          unit: "string",
          // What a panel says when it has nothing at all is not for its cells.
          ...((panel.emptyIsHealthy || panel.needs !== undefined) && { noValue: "-" }),
        },
        ...(links && { links }),
      })),
      ...columns.map((column) => ({
        field: column.title,
        properties: columnProperties(column),
        ...(column.links && { links: column.links }),
      })),
    ],
    transformations: [{ id: "merge", options: {} }, renamed(Object.fromEntries(titles))],
    options: {
      showHeader: true,
      footer: { show: false },
      cellHeight: "sm",
      sortBy: [{ displayName: columns[sortBy]?.title, desc: panel.isAscending !== true }],
    },
  };
}

/** In a cell; what the whole table says when it is empty would be wrong there. */
const nothing = "–";

function columnProperties({ unit, thresholds, mappings, decimals, width }: Column): Json {
  return {
    unit,
    noValue: nothing,
    ...(decimals !== undefined && { decimals }),
    ...(thresholds && {
      thresholds: stepsOf(thresholds),
      "custom.displayMode": "color-text",
      "custom.cellOptions": { type: "color-text" },
    }),
    ...(mappings && { mappings }),
    ...(width && { "custom.width": width }),
  };
}

/** Log lines of Elasticsearch. */
export function logs(panel: Common & { readonly query: string; readonly limit?: number }): Panel {
  return {
    ...place(panel, 24, 12),
    type: "logs",
    targets: [
      {
        source: "elasticsearch",
        query: panel.query,
        metrics: [{ id: "1", type: "logs", settings: { limit: String(panel.limit ?? 200) } }],
      },
    ],
    options: {
      showTime: true,
      showLabels: false,
      showCommonLabels: false,
      wrapLogMessage: true,
      prettifyLogMessage: false,
      enableLogDetails: true,
      sortOrder: "Descending",
      dedupStrategy: "none",
    },
  };
}

/** Text with links; Markdown. */
export function text(panel: Common & { readonly content: Text }): Panel {
  return { ...place(panel, 24, 5), type: "text", targets: [], options: { mode: "markdown", content: panel.content } };
}

/** Alerts that fire now, as Prometheus says: the same in every Grafana, and with the labels of the rule. */
export function alerts(panel: Common & { readonly selector: string }): Panel {
  const severity = { en: "Severity", zh: "级别" };
  const by = "alertname, severity, service_name, instance";
  const chosen = `severity=~"critical|warning|info",${panel.selector}`;
  const found = table({
    ...panel,
    emptyIsHealthy: true,
    height: panel.height ?? 7,
    keys: [
      { label: "alertname", title: { en: "Alert", zh: "告警" }, links: [toRunbookOfValue] },
      { label: "severity", title: severity, width: 110 },
      {
        label: "service_name",
        title: { en: "Service", zh: "服务" },
        links: [toValue({ en: "This service", zh: "该服务" }, "services-red", "service", false)],
      },
      { label: "instance", title: { en: "Instance", zh: "实例" } },
    ],
    columns: [
      {
        title: { en: "For", zh: "持续" },
        unit: "s",
        decimals: 1,
        width: 130,
        expr: `time() - min by (${by}) (ALERTS_FOR_STATE{${chosen}} and ignoring (alertstate) ALERTS{alertstate="firing",${chosen}})`,
      },
    ],
  });
  // By name, critical comes first.
  return { ...found, options: { ...found.options, sortBy: [{ displayName: severity, desc: false }] } };
}

/** Traces from Jaeger; each leads to Jaeger's own page, because viewers may not use Grafana's Explore. */
export function traces(panel: Common & { readonly query: Json; readonly slowestFirst?: boolean }): Panel {
  const { slowestFirst = false } = panel;
  const columns = {
    traceID: { en: "Trace", zh: "链路" },
    traceName: { en: "Began with", zh: "入口" },
    startTime: { en: "At", zh: "时间" },
    duration: { en: "Took", zh: "耗时" },
  } as const;
  return {
    ...place(panel, 12, 9),
    type: "table",
    targets: [{ source: "jaeger", query: panel.query }],
    overrides: [
      { field: columns.traceID, properties: { "custom.width": 100 }, links: [toTrace] },
      { field: columns.startTime, properties: { unit: "dateTimeAsIsoNoDateIfToday", "custom.width": 90 } },
      { field: columns.duration, properties: { unit: "µs", "custom.width": 85 } },
    ],
    // Grafana knows its columns by what it calls them, or by their names, depending on its version.
    transformations: [renamed({ ...named(columns), ...columns })],
    options: {
      showHeader: true,
      footer: { show: false },
      cellHeight: "sm",
      sortBy: [{ displayName: slowestFirst ? columns.duration : columns.startTime, desc: true }],
    },
  };
}

const namesOfTraces = {
  traceID: "Trace ID",
  traceName: "Trace name",
  startTime: "Start time",
  duration: "Duration",
} as const;

function named(columns: Readonly<Record<keyof typeof namesOfTraces, Text>>): Readonly<Record<string, Text>> {
  return Object.fromEntries(Object.entries(namesOfTraces).map(([field, name]) => [name, Reflect.get(columns, field)]));
}

/** Who calls whom, from two expressions with the labels `id`, `source` and `target`: what stands in the circles. */
export function callMap(panel: Common & { readonly main: string; readonly second: string }): Panel {
  const exprs = { mainStat: panel.main, secondaryStat: panel.second };
  return {
    ...place(panel, 24, 15),
    type: "nodeGraph",
    // The panel wants fields of these names, and takes them from a label.
    targets: Object.entries(exprs).map(([name, expr]) => ({
      source: "prometheus",
      expr: `label_replace(${expr}, "stat", "${name}", "id", ".*")`,
      instant: true,
    })),
    transformations: [
      { id: "labelsToFields", options: { valueLabel: "stat" } },
      { id: "merge", options: {} },
    ],
    options: {},
  };
}

/** A table of the most frequent log lines, by the fields of its target, with the number of lines of each. */
export function logTable(
  panel: Common & { readonly target: ElasticsearchTarget; readonly columns: LogColumns },
): Panel {
  const { columns } = panel;
  const titles = Object.fromEntries(Object.entries(columns).map(([field, { title }]) => [field, title]));
  return {
    ...place(panel, 12, 9),
    type: "table",
    targets: [panel.target],
    overrides: Object.values(columns).map(({ title, links, width, unit }) => ({
      field: title,
      properties: { ...(unit && { unit }), ...(width && { "custom.width": width }) },
      ...(links && { links }),
    })),
    transformations: [renamed(titles)],
    options: { showHeader: true, footer: { show: false }, cellHeight: "sm" },
  };
}

/** By the names that Grafana gives to the columns: the field, and `Count`. */
export type LogColumns = Readonly<
  Record<
    string,
    { readonly title: Text; readonly links?: readonly Link[]; readonly width?: number; readonly unit?: Unit }
  >
>;

/** Columns in the order of the titles, under their titles. */
function renamed(titles: Readonly<Record<string, string | Text>>): Json {
  return {
    id: "organize",
    options: {
      indexByName: Object.fromEntries(Object.keys(titles).map((field, index) => [field, index])),
      renameByName: titles,
      excludeByName: { Time: true },
    },
  };
}

/** Colours of series by their names, where a colour has a meaning: `colored({ "5xx": "red" })`. */
export function colored(colors: Readonly<Record<string, Color>>): readonly Override[] {
  return Object.entries(colors).map(([field, color]) => ({
    field,
    properties: { color: { mode: "fixed", fixedColor: color } },
  }));
}

/** Values with words instead of numbers: `says({ 0: ["down", "red"], 1: ["up", "green"] })`. */
export function says(words: Readonly<Record<number, readonly [Text, Color]>>): readonly Json[] {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return [{ type: "value", options: Object.fromEntries(options) }];
}

/** Without an end some versions of Grafana take it for 0. */
const beyondAll = 1e300;

/** Words for all values from a bound on: `saysFrom(31536000, { en: "not in sight", zh: "暂无风险" }, "green")`. */
export function saysFrom(from: number, text: Text, color: Color): readonly Json[] {
  return [{ type: "range", options: { from, to: beyondAll, result: { text, color, index: 0 } } }];
}

export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function place(panel: Common & Partial<Pick<Measured, "unit" | "overrides">>, width: number, height: number) {
  const { title, description, unit, overrides, links, valueLinks, emptyIsHealthy, needs } = panel;
  return {
    title,
    description,
    width: panel.width ?? width,
    height: panel.height ?? height,
    ...(unit && { unit }),
    ...(overrides && { overrides }),
    ...(links && { links }),
    ...(valueLinks && { valueLinks }),
    ...(emptyIsHealthy && { emptyIsHealthy }),
    ...(needs !== undefined && { needs }),
  };
}

function fieldOf({ min, max, decimals, thresholds, mappings }: Measured): Json {
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(decimals !== undefined && { decimals }),
    ...(mappings && { mappings }),
    color: { mode: thresholds === undefined ? "palette-classic" : "thresholds" },
    ...(thresholds && { thresholds: stepsOf(thresholds) }),
  };
}

/** What a panel still needs is neither good nor bad. */
function colorlessWithoutValue({ thresholds }: Measured): Pick<Measured, "thresholds"> {
  const [first, ...others] = thresholds ?? [];
  return first === undefined ? {} : { thresholds: [[undefined, "text"], [0, first[1]], ...others] };
}

function stepsOf(thresholds: Thresholds): Json {
  return { mode: "absolute", steps: thresholds.map(([value, color]) => ({ value: value ?? null, color })) };
}
