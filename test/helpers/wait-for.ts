import { setTimeout as sleep } from "node:timers/promises";

const usualTimeoutMs = 15_000;
const pauseMs = 25;

/**
 * Tries a check until it gives something other than undefined or false.
 *
 * @throws Error that tells what was waited for and how the last try ended.
 */
export async function waitFor<T>(
  what: string,
  check: () => T | Promise<T>,
  timeoutMs = usualTimeoutMs,
): Promise<Exclude<T, undefined | false | null>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = "nothing came";
  for (;;) {
    try {
      const result = await check();
      if (isThere(result)) return result;
      last = result;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}: ${describe(last)}`);
    await sleep(pauseMs);
  }
}

function isThere<T>(result: T): result is Exclude<T, undefined | false | null> {
  return result !== undefined && result !== false && result !== null;
}

function describe(last: unknown): string {
  return last instanceof Error ? last.message : (JSON.stringify(last) ?? String(last));
}
