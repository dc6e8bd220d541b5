import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { diagnosticCounts, silenceDiagnostics } from "../diagnostics.ts";
import { createShutdown, runWithin } from "./shutdown.ts";

beforeEach(() => {
  silenceDiagnostics(true);
  vi.useFakeTimers();
});
afterEach(() => {
  silenceDiagnostics(false);
  vi.useRealTimers();
});

const reported = (code: string) => diagnosticCounts().get(code) ?? 0;

test("all steps run at the same time, and the end waits for the last", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done: string[] = [];
  const end = runWithin([() => promise.then(() => done.push("slow")), () => done.push("quick"), () => resolve()], 5000);
  expect(done).toEqual(["quick"]);
  await end;
  expect(done).toEqual(["quick", "slow"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a step that fails is reported, and the others are done", async () => {
  const before = reported("shutdown-step");
  const done: string[] = [];
  const failing = () => {
    throw new Error("refused");
  };
  await runWithin([failing, () => Promise.reject(new Error("late")), async () => done.push("sent")], 5000);
  expect(done).toEqual(["sent"]);
  expect(reported("shutdown-step")).toBe(before + 2);
});

test("the deadline ends the waiting, and says that something is lost", async () => {
  const before = reported("shutdown-late");
  const end = runWithin([() => new Promise(() => {})], 5000);
  await vi.advanceTimersByTimeAsync(4999);
  expect(reported("shutdown-late")).toBe(before);
  await vi.advanceTimersByTimeAsync(1);
  await end;
  expect(reported("shutdown-late")).toBe(before + 1);
});

test("a second shutdown waits for the first instead of running the steps again", async () => {
  const step = vi.fn<() => Promise<void>>(async () => {});
  const shutdown = createShutdown([step], 5000);
  await Promise.all([shutdown(), shutdown()]);
  await shutdown();
  expect(step).toHaveBeenCalledOnce();
});
