/** How much is written of what goes wrong: a flood of refusals must not fill the disk. */

export interface AllowanceLimits {
  /** Lines of one action in a minute. */
  readonly perMinute: number;
  /** Actions of which the same line is written once in a minute. */
  readonly repeating: ReadonlySet<string>;
  readonly now?: () => number;
}

interface Minute {
  readonly since: number;
  readonly said: Set<string>;
  written: number;
  suppressed: number;
}

const minuteMs = 60_000;

/**
 * Makes the function that says whether a line may be written.
 *
 * @returns undefined when it may not, otherwise how many were left out in the minute before.
 */
export function createAllowance({ perMinute, repeating, now = Date.now }: AllowanceLimits) {
  const minutes = new Map<string, Minute>();
  return (action: string, line: string): number | undefined => {
    const known = minutes.get(action);
    const isOver = known === undefined || now() - known.since >= minuteMs;
    const minute = isOver ? { since: now(), said: new Set<string>(), written: 0, suppressed: 0 } : known;
    minutes.set(action, minute);
    if (minute.written >= perMinute || (repeating.has(action) && minute.said.has(line))) {
      minute.suppressed += 1;
      return undefined;
    }
    minute.written += 1;
    minute.said.add(line);
    return isOver ? (known?.suppressed ?? 0) : 0;
  };
}
