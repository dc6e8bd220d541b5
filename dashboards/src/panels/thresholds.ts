/** From which value on something is bad, and the colours that say so. */
import type { Json, Override } from "../model.ts";

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

/** For what is 1 while all is well. */
export function oneIsWell(otherwise: Color = "red"): Thresholds {
  return [
    [undefined, otherwise],
    [1, "green"],
  ];
}

/** Thresholds as Grafana writes them. */
export function stepsOf(thresholds: Thresholds): Json {
  return { mode: "absolute", steps: thresholds.map(([value, color]) => ({ value: value ?? null, color })) };
}

/** Colours of series by their names, where a colour has a meaning: `colored({ "5xx": "red" })`. */
export function colored(colors: Readonly<Record<string, Color>>): readonly Override[] {
  return Object.entries(colors).map(([field, color]) => ({
    field,
    properties: { color: { mode: "fixed", fixedColor: color } },
  }));
}
