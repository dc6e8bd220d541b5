/**
 * One function for each kind of panel. Title, description and unit are parameters that cannot be left out, so a panel
 * without them does not compile.
 */
import type { Json, Link, Override, Panel, Target } from "./model.ts";
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
  readonly needs?: string;
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
  panel: Measured & { readonly text?: "value" | "name" | "value_and_name"; readonly curve?: boolean },
): Panel {
  return {
    ...place(panel, 4, 4),
    type: "stat",
    targets: panel.targets,
    field: fieldOf(panel),
    options: {
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
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
    field: { ...fieldOf(panel), color: { mode: "thresholds" }, custom: { fillOpacity: 80, lineWidth: 0 } },
    options: {
      mergeValues: true,
      showValue: "auto",
      alignValue: "left",
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
    field: { custom: { align: "auto", displayMode: "auto", filterable: false } },
    overrides: [
      ...keys.map(({ title, links, width }) => ({
        field: title,
        properties: { ...(width && { "custom.width": width }), unit: "string" },
        ...(links && { links }),
      })),
      ...columns.map((column) => ({
        field: column.title,
        properties: columnProperties(column),
        ...(column.links && { links: column.links }),
      })),
    ],
    transformations: [
      { id: "merge", options: {} },
      {
        id: "organize",
        options: {
          // Whatever is not named is hidden by the filter below; the order is that of the columns.
          indexByName: Object.fromEntries(titles.map(([field], index) => [field, index])),
          renameByName: Object.fromEntries(titles),
          excludeByName: { Time: true },
        },
      },
    ],
    options: {
      showHeader: true,
      footer: { show: false },
      cellHeight: "sm",
      sortBy: [{ displayName: columns[sortBy]?.title, desc: true }],
    },
  };
}

function columnProperties({ unit, thresholds, mappings, decimals, width }: Column): Json {
  return {
    unit,
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
  return {
    ...table({
      ...panel,
      emptyIsHealthy: true,
      height: panel.height ?? 6,
      keys: [
        {
          label: "alertname",
          title: { en: "Alert", zh: "告警" },
          links: [
            {
              title: { en: "Runbook", zh: "处理手册" },
              url: "https://github.com/obsbox/obsbox/blob/main/docs/runbooks/${__value.raw}.md",
            },
          ],
        },
        { label: "severity", title: { en: "Severity", zh: "级别" } },
        { label: "service_name", title: { en: "Service", zh: "服务" } },
        { label: "instance", title: { en: "Instance", zh: "实例" } },
      ],
      columns: [
        {
          title: { en: "Series", zh: "数量" },
          unit: "short",
          expr: `count by (alertname, severity, service_name, instance) (ALERTS{alertstate="firing",severity=~"critical|warning|info",${panel.selector}})`,
        },
      ],
    }),
  };
}

/** Traces, or who calls whom, from Jaeger. */
export function traces(panel: Common & { readonly query: Json }): Panel {
  return {
    ...place(panel, 24, 10),
    type: "table",
    targets: [{ source: "jaeger", query: panel.query }],
    options: { showHeader: true, footer: { show: false }, cellHeight: "sm" },
  };
}

export function nodeGraph(panel: Common): Panel {
  return {
    ...place(panel, 24, 14),
    type: "nodeGraph",
    targets: [{ source: "jaeger", query: { queryType: "dependencyGraph" } }],
    options: {},
  };
}

/** Values with words instead of numbers: `says({ 0: ["down", "red"], 1: ["up", "green"] })`. */
export function says(words: Readonly<Record<number, readonly [Text, Color]>>): readonly Json[] {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return [{ type: "value", options: Object.fromEntries(options) }];
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

function stepsOf(thresholds: Thresholds): Json {
  return { mode: "absolute", steps: thresholds.map(([value, color]) => ({ value: value ?? null, color })) };
}
