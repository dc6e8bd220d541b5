import type { Panel } from "../model.ts";
import { place } from "./frame.ts";
import type { Measured } from "./frame.ts";

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
