/** Sends what is left, once, within a deadline. */
import { messageOf, report } from "../diagnostics.ts";

export type Step = () => unknown;

/**
 * Makes a function that runs all steps at the same time and resolves when they are done or the deadline has passed.
 * It never rejects, and further calls give the same promise.
 *
 * @param last - What follows them: what others may ask until then, and what takes no time.
 */
export function createShutdown(
  steps: readonly Step[],
  timeoutMs: number,
  last: readonly Step[] = [],
): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= runWithin(steps, timeoutMs).then(() => runWithin(last, timeoutMs)));
}

/** Runs steps at the same time, waits for all of them or the deadline, and reports what failed. */
export async function runWithin(steps: readonly Step[], timeoutMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(resolve, timeoutMs, "late");
  const done = Promise.all(steps.map(run));
  const end = await Promise.race([done, late]);
  clearTimeout(timer);
  if (end === "late") report("shutdown-late", `telemetry that was not sent within ${timeoutMs} ms of the end is lost`);
}

async function run(step: Step): Promise<void> {
  try {
    await step();
  } catch (error) {
    report("shutdown-step", `telemetry could not be sent at the end: ${messageOf(error)}`);
  }
}
