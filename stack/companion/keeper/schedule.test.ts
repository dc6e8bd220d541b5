import { describe, expect, test } from "vitest";
import { runJobs } from "./schedule.ts";
import type { Job, Watcher } from "./schedule.ts";

/** Runs one job whose runs end as listed, until all have; gives what the watcher was told. */
async function runs(results: readonly (string | undefined)[], job: Partial<Job> = {}): Promise<readonly string[]> {
  const told: string[] = [];
  const controller = new AbortController();
  let count = 0;
  const watcher: Watcher = {
    succeeded: () => void told.push("succeeded"),
    failed: () => void told.push("failed"),
    changed: (_job, problem) => void told.push(`changed: ${problem ?? "well"}`),
  };
  const run = async () => {
    const result = results[count];
    count += 1;
    if (count > results.length) controller.abort();
    if (result !== undefined) throw new Error(result);
  };
  await runJobs([{ name: "job", everyMs: 0, timeoutMs: 1000, run, ...job }], watcher, controller.signal);
  return told;
}

describe("a job", () => {
  test("that goes well is nothing to talk about", async () => {
    expect(await runs([undefined, undefined])).toEqual(["succeeded", "succeeded"]);
  });

  test("that fails is said once for each problem, and once when it is well again", async () => {
    expect(await runs(["a", "a", "b", undefined, undefined])).toEqual([
      "failed",
      "changed: a",
      "failed",
      "failed",
      "changed: b",
      "succeeded",
      "changed: well",
      "succeeded",
    ]);
  });

  test("that fails while the box starts is counted and not said", async () => {
    expect(await runs(["a", "a", undefined], { graceMs: 60_000 })).toEqual(["failed", "failed", "succeeded"]);
  });

  test("that hangs has failed, and is told to end", async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const ended = Promise.withResolvers<void>();
    const watcher: Watcher = {
      succeeded: () => {},
      failed: () => controller.abort(),
      changed: (_job, problem) => void told.push(problem ?? ""),
    };
    const run = (signal: AbortSignal) => {
      signal.addEventListener("abort", () => ended.resolve());
      return new Promise<void>(() => {});
    };
    await runJobs([{ name: "job", everyMs: 0, timeoutMs: 20, run }], watcher, controller.signal);
    await ended.promise;
    expect(told).toEqual(["took longer than 20 ms"]);
  });

  test("does not hold the end of all", async () => {
    const controller = new AbortController();
    const run = async () => {
      controller.abort();
      await new Promise<void>(() => {});
    };
    const watcher: Watcher = { succeeded: () => {}, failed: () => {}, changed: () => {} };
    await expect(
      runJobs([{ name: "job", everyMs: 0, timeoutMs: 60_000, run }], watcher, controller.signal),
    ).resolves.toBe(undefined);
  });

  test("does not keep another from its work", async () => {
    const controller = new AbortController();
    const done: string[] = [];
    const bad = { name: "bad", everyMs: 0, timeoutMs: 1000, run: () => Promise.reject(new Error("no")) };
    const good = {
      name: "good",
      everyMs: 0,
      timeoutMs: 1000,
      run: async () => {
        done.push("good");
        if (done.length === 3) controller.abort();
      },
    };
    const watcher: Watcher = { succeeded: () => {}, failed: () => {}, changed: () => {} };
    await runJobs([bad, good], watcher, controller.signal);
    expect(done).toHaveLength(3);
  });
});
