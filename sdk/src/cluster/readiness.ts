/** Whether a cluster is ready: it answers requests as long as one of its workers does. */
import type { Readiness } from "../admin/health.ts";
import type { Role } from "./own-process.ts";

export interface ProcessReadiness {
  /** `process 123`. */
  readonly name: string;
  readonly role: Role;
  /** A text when it could not be asked. */
  readonly answer: unknown;
}

/**
 * Ready as long as one worker is ready, so that a worker that starts, ends or is too busy to answer does not take the
 * others out of service. A primary that is not ready, because it is about to end, speaks for all.
 */
export function readyTogether(own: ProcessReadiness, others: readonly ProcessReadiness[]): Readiness {
  const all = [own, ...others];
  const workers = all.filter(({ role }) => role === "worker");
  const primaries = all.filter(({ role }) => role === "primary");
  const isOneReady = workers.length === 0 || workers.some(isReady);
  const checks = isReadiness(own.answer) ? own.answer.checks : {};
  return {
    ready: isOneReady && primaries.every(isReady),
    checks,
    processes: Object.fromEntries(all.map(({ name, answer }) => [name, answer])),
  };
}

function isReady({ answer }: ProcessReadiness): boolean {
  return isReadiness(answer) && answer.ready;
}

function isReadiness(answer: unknown): answer is Readiness {
  return typeof answer === "object" && answer !== null && "ready" in answer && "checks" in answer;
}
