import type { Panel } from "../model.ts";
import { fieldOf, place } from "./frame.ts";
import type { Measured } from "./frame.ts";

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
