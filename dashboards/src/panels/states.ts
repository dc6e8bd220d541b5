import type { Panel } from "../model.ts";
import { fieldOf, place } from "./frame.ts";
import type { Measured } from "./frame.ts";

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
