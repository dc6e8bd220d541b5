/**
 * One function for each kind of panel. Title, description and unit are parameters that cannot be left out, so a panel
 * without them does not compile.
 */
export { alerts } from "./alerts.ts";
export { bars } from "./bars.ts";
export { callMap } from "./call-map.ts";
export { heatmap } from "./heatmap.ts";
export { logTable } from "./log-table.ts";
export { logs } from "./logs.ts";
export { says, saysFrom } from "./says.ts";
export { series } from "./series.ts";
export { stat } from "./stat.ts";
export { states } from "./states.ts";
export { table } from "./table.ts";
export { text } from "./text.ts";
export { colored, oneIsWell, worseAbove, worseBelow } from "./thresholds.ts";
export type { Thresholds } from "./thresholds.ts";
export { traces } from "./traces.ts";
