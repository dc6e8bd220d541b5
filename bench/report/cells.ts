/** How figures stand in the tables. */
import { median, spreadOf } from "../statistics.ts";

/** Median, and from lowest to highest. */
export function spreadCell(values: readonly number[], digits = 2): string {
  const spread = spreadOf(values);
  if (spread === undefined) return "";
  const [middle, low, high] = [spread.median, spread.lowest, spread.highest].map((value) => value.toFixed(digits));
  return `${middle} (${low}-${high})`;
}

export function medianCell(values: readonly number[], digits = 0): string {
  return values.length === 0 ? "" : median(values).toFixed(digits);
}

export function percentCell(shares: readonly number[]): string {
  return shares.length === 0 ? "" : `${(median(shares) * 100).toFixed(1)} %`;
}

/** Fewer of the spans that should be sent is a set-up that drops: its speed is no achievement. */
const leastDelivered = 0.95;

export function deliveredCell(sampling: number | "own", shares: readonly number[]): string {
  const text = percentCell(shares);
  if (text === "") return text;
  if (sampling === "own") return `${text}, samples by itself`;
  return median(shares) < leastDelivered * sampling ? `**${text}, drops**` : text;
}

/** Fewer answers is a service over its capacity: what waits grows all the time. */
const leastAnswered = 0.98;

export function answeredCell(shares: readonly number[]): string {
  const text = percentCell(shares);
  return shares.length > 0 && median(shares) < leastAnswered ? `**${text}, over its capacity**` : text;
}
