/** How many traces are kept because of what a caller sends: the flag, or an id that a ratio keeps. Anybody can call. */
import { report } from "../diagnostics.ts";
import { createRateLimit } from "../rate-limit.ts";

/**
 * Makes the decision about a trace whose caller would have it kept. Beyond the limit chance decides, by the ratio: ids
 * do not, because a caller chooses them.
 */
export function createCallerLimit(perSecond: number, ratio: number): () => boolean {
  const mayFollow = createRateLimit(perSecond, 1000);
  return () => {
    if (ratio === 1 || mayFollow()) return true;
    report(
      "caller-sampling",
      `callers ask to keep more than ${perSecond} traces a second; beyond that the ratio decides. ` +
        "If these callers are yours, raise OBSBOX_CALLERS_PER_SECOND",
    );
    return Math.random() < ratio;
  };
}
