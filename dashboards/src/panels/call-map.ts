import type { Panel } from "../model.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";

/** Who calls whom, from two expressions with the labels `id`, `source` and `target`: what stands in the circles. */
export function callMap(panel: Described & { readonly main: string; readonly second: string }): Panel {
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
