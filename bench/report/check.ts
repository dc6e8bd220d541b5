/** Whether obsbox has become slower than it was when the ratios were committed. */
import type { Spread } from "../statistics.ts";
import type { Ratios } from "./ratios.ts";

/** Less than this cannot be told from noise, however narrow the spread of one run was. */
const leastTolerance = 0.1;

/** One sentence for each median that is lower than the committed one by more than its spread, and by more than a tenth. */
export function shortfalls(committed: Ratios, now: Ratios): string[] {
  const found: string[] = [];
  let compared = 0;
  for (const [setup, measures] of Object.entries(now)) {
    for (const [measure, { median }] of Object.entries(measures)) {
      const before = committed[setup]?.[measure];
      if (before === undefined) continue;
      compared++;
      const lowest = lowestAllowed(before);
      if (median < lowest) found.push(shortfall(`${setup}: ${measure}`, median, before, lowest));
    }
  }
  return compared === 0 ? ["nothing was measured that has a committed ratio"] : found;
}

function lowestAllowed({ median, lowest }: Spread): number {
  return median - Math.max(median - lowest, leastTolerance * median);
}

function shortfall(what: string, median: number, before: Spread, lowest: number): string {
  const [now, then, least] = [median, before.median, lowest].map((value) => value.toFixed(2));
  return `${what}, of bare: ${now}, committed is ${then}, and down to ${least} would be noise`;
}
