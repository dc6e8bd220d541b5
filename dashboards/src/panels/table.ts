import type { Json, Link, Panel } from "../model.ts";
import { refId } from "../targets.ts";
import type { Text } from "../text.ts";
import type { Unit } from "../units.ts";
import { renamed } from "./columns.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";
import { stepsOf } from "./thresholds.ts";
import type { Thresholds } from "./thresholds.ts";

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
  panel: Described & {
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
