/** How long to wait before a server that has failed is asked again. */
import type { Timings } from "./settings.ts";

/**
 * Gives the pause after as many failures in a row: the shortest one, and on top any part of a bound that doubles each
 * time. Left to chance, so that services that failed together do not come back together.
 *
 * @param random - A number from 0 to 1.
 */
export function pauseAfter(
  failures: number,
  { retryMinMs, retryMaxMs }: Pick<Timings, "retryMinMs" | "retryMaxMs">,
  random: number = Math.random(),
): number {
  const bound = Math.min(retryMaxMs, retryMinMs * 2 ** failures);
  return retryMinMs + random * Math.max(0, bound - retryMinMs);
}
