import type { Panel } from "../model.ts";
import { fieldOf, place } from "./frame.ts";
import type { Measured } from "./frame.ts";

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
