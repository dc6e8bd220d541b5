/** A bound on how often something may happen. */

/**
 * Makes a limit that fills up evenly: after a pause a full share is there at once.
 *
 * @param share - How many there may be in a period.
 * @param now - The clock, in milliseconds.
 * @returns A function that takes one, and tells whether there was one.
 */
export function createRateLimit(
  share: number,
  periodMs: number,
  now: () => number = () => performance.now(),
): () => boolean {
  let left = share;
  let filledAt = now();
  return () => {
    const at = now();
    left = Math.min(share, left + ((at - filledAt) / periodMs) * share);
    filledAt = at;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
