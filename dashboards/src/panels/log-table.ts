import type { ElasticsearchTarget, Link, Panel } from "../model.ts";
import type { Text } from "../text.ts";
import type { Unit } from "../units.ts";
import { renamed } from "./columns.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";

/** A table of the most frequent log lines, by the fields of its target, with the number of lines of each. */
export function logTable(
  panel: Described & { readonly target: ElasticsearchTarget; readonly columns: LogColumns },
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
