import type { Json } from "../model.ts";
import type { Text } from "../text.ts";
import type { Color } from "./thresholds.ts";

/** Values with words instead of numbers: `says({ 0: ["down", "red"], 1: ["up", "green"] })`. */
export function says(words: Readonly<Record<number, readonly [Text, Color]>>): readonly Json[] {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return [{ type: "value", options: Object.fromEntries(options) }];
}

/** Without an end some versions of Grafana take it for 0. */
const beyondAll = 1e300;

/** Words for all values from a bound on: `saysFrom(31536000, { en: "not in sight", zh: "暂无风险" }, "green")`. */
export function saysFrom(from: number, text: Text, color: Color): readonly Json[] {
  return [{ type: "range", options: { from, to: beyondAll, result: { text, color, index: 0 } } }];
}
