import { afterEach, expect, test, vi } from "vitest";
import { health, readiness } from "./health.ts";

/** Checks are kept by name for the life of the process: one name for all tests, and always all is well in the end. */
const check = "db";

afterEach(() => {
  vi.useRealTimers();
  health.addCheck(check, () => {});
  health.setReady(true);
});

test.each([
  ["resolves", async () => "whatever", "ok", true],
  ["returns at once", () => undefined, "ok", true],
  ["rejects", () => Promise.reject(new Error("refused")), "refused", false],
  ["rejects with a text", () => Promise.reject("refused"), "refused", false],
  ["throws", () => assertUp(), "is down", false],
])("a check that %s makes the service ready, or says why not", async (_how, run, text, ready) => {
  health.addCheck(check, run);
  expect(await readiness()).toEqual({ ready, checks: { [check]: text } });
});

function assertUp(): never {
  throw new Error("is down");
}

test("a check that does not answer is given up after its time, one second unless it says another", async () => {
  vi.useFakeTimers();
  for (const [settings, timeoutMs] of [
    [undefined, 1000],
    [{ timeoutMs: 50 }, 50],
  ] as const) {
    health.addCheck(check, () => new Promise(() => {}), settings);
    const answer = readiness();
    await vi.advanceTimersByTimeAsync(timeoutMs);
    expect(await answer).toEqual({ ready: false, checks: { [check]: `no answer within ${timeoutMs} ms` } });
  }
});

test("checks run at the same time, and one that fails is named beside those that do not", async () => {
  const { promise: second, resolve } = Promise.withResolvers<void>();
  health.addCheck(check, () => second);
  health.addCheck("queue", async () => resolve());
  expect(await readiness()).toEqual({ ready: true, checks: { [check]: "ok", queue: "ok" } });
  health.addCheck(check, () => Promise.reject(new Error("refused")));
  expect(await readiness()).toEqual({ ready: false, checks: { [check]: "refused", queue: "ok" } });
});

test("a service that says no is not ready, whatever its checks say", async () => {
  health.setReady(false);
  expect(await readiness()).toMatchObject({ ready: false, checks: { [check]: "ok" } });
  health.setReady(true);
  expect(await readiness()).toMatchObject({ ready: true });
});

test("no timer stays behind a check that has answered", async () => {
  vi.useFakeTimers();
  await readiness();
  expect(vi.getTimerCount()).toBe(0);
});
