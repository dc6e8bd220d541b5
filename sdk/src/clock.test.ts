import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { epochMs, followSystemClock } from "./clock.ts";

let stop: () => void;
let day = 0;

// Each test begins on a day of its own, which the clock follows exactly.
beforeEach(() => {
  vi.useFakeTimers();
  stop = followSystemClock();
  setSystemClock((day += 86_400_000));
  vi.advanceTimersByTime(10_000);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function setSystemClock(shiftMs: number): void {
  vi.setSystemTime(Date.now() + shiftMs);
}

test("time is that of the system clock, with fractions of a millisecond", () => {
  expect(epochMs()).toBeCloseTo(Date.now(), 0);
  expect(epochMs(2.25) - epochMs(2)).toBeCloseTo(0.25, 3);
});

test.each([3_600_000, -3_600_000])("a system clock set by %i ms is followed within ten seconds", (shiftMs) => {
  const before = epochMs();
  setSystemClock(shiftMs);
  expect(epochMs()).toBe(before);
  vi.advanceTimersByTime(10_000);
  expect(epochMs()).toBeCloseTo(before + 10_000 + shiftMs, 0);
});

test("small corrections of the system clock do not disturb the order of spans", () => {
  const before = epochMs();
  setSystemClock(40);
  vi.advanceTimersByTime(10_000);
  expect(epochMs()).toBeCloseTo(before + 10_000, 0);
});

test("a stopped clock counts on without following", () => {
  stop();
  const before = epochMs();
  setSystemClock(3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(epochMs()).toBeCloseTo(before + 60_000, 0);
});
