/**
 * Time of spans: milliseconds since 1970 with fractions. The monotonic clock counts on from an anchor, so that spans
 * of one process lie in their order to the microsecond; when the system clock has been set, the anchor follows.
 */

const toleranceMs = 50;
const everyMs = 10_000;

let anchor = performance.timeOrigin;

/** Gives the time of a moment of `performance.now()`. */
export function epochMs(moment: number = performance.now()): number {
  return anchor + moment;
}

/**
 * Starts following the system clock, which may be set, or go on while the machine sleeps.
 *
 * @returns What stops it.
 */
export function followSystemClock(): () => void {
  const timer = setInterval(() => {
    const expected = Date.now() - performance.now();
    if (Math.abs(expected - anchor) > toleranceMs) anchor = expected;
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
