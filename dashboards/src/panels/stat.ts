import type { Panel } from "../model.ts";
import { fieldOf, place } from "./frame.ts";
import type { Measured } from "./frame.ts";

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

/** What a panel still needs is neither good nor bad. */
function colorlessWithoutValue({ thresholds }: Measured): Pick<Measured, "thresholds"> {
  const [first, ...others] = thresholds ?? [];
  return first === undefined ? {} : { thresholds: [[undefined, "text"], [0, first[1]], ...others] };
}
