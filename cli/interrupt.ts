import { UserError } from "./errors.ts";

const signals = ["SIGINT", "SIGTERM"] as const;
/** What shells give for a program that SIGINT ended. */
const interruptedCode = 130;

/**
 * Runs what can be broken off with Ctrl-C: it is told by the signal, and ends as it sees fit.
 * @param hint What to do next, for who broke it off.
 */
export async function interruptible<T>(hint: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of signals) process.on(signal, abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new UserError("interrupted", { hint, exitCode: interruptedCode, cause: error });
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
}
