/** When each signal was last taken by its receiver. Imports nothing of the SDK, so that every part may use it. */

const successes = new Map<string, number>();

/** Notes that a receiver has just taken something. */
export function noteSuccess(signal: "traces" | "metrics" | "logs"): void {
  successes.set(signal, Date.now() / 1000);
}

/** Seconds since 1970, by signal. */
export function lastSuccesses(): ReadonlyMap<string, number> {
  return successes;
}
