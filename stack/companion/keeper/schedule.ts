/** Runs jobs again and again, each at its own pace. What goes wrong in one never stops it, nor another. */
import { setTimeout as wait } from "node:timers/promises";
import { messageOf } from "../errors.ts";

export interface Job {
  readonly name: string;
  /** From the start of one run to the start of the next. */
  readonly everyMs: number;
  /** From the start of a run that failed to the next, where that is sooner. */
  readonly retryMs?: number;
  /** A run that takes longer has failed. */
  readonly timeoutMs: number;
  /** While the box starts, failing is not worth a line. */
  readonly graceMs?: number;
  /** @param signal - Ends the run: it takes too long, or everything ends. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface Watcher {
  succeeded(job: string, seconds: number): void;
  failed(job: string, seconds: number): void;
  /** Told when a job begins to fail, fails in another way, or has recovered: once for each change. */
  changed(job: string, problem: string | undefined): void;
}

/** Runs all jobs until the signal. */
export async function runJobs(jobs: readonly Job[], watcher: Watcher, signal: AbortSignal): Promise<void> {
  await Promise.all(jobs.map((job) => repeat(job, watcher, signal)));
}

async function repeat(job: Job, watcher: Watcher, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  let said: string | undefined;
  while (!signal.aborted) {
    const start = performance.now();
    const problem = await runOnce(job, signal);
    if (signal.aborted) return;
    const tookMs = performance.now() - start;
    watcher[problem === undefined ? "succeeded" : "failed"](job.name, tookMs / 1000);
    const isStarting = problem !== undefined && start - begun < (job.graceMs ?? 0);
    if (problem !== said && !isStarting) {
      watcher.changed(job.name, problem);
      said = problem;
    }
    const everyMs = problem === undefined ? job.everyMs : (job.retryMs ?? job.everyMs);
    await pause(Math.max(0, everyMs - tookMs), signal);
  }
}

/** @returns What went wrong; undefined when nothing did. */
async function runOnce({ run, timeoutMs }: Job, signal: AbortSignal): Promise<string | undefined> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const late = Promise.withResolvers<never>();
  const onEnd = () => late.reject(new Error(`took longer than ${timeoutMs} ms`));
  ended.addEventListener("abort", onEnd);
  try {
    await Promise.race([run(ended), late.promise]);
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    ended.removeEventListener("abort", onEnd);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {}); // The signal ends the wait.
}
