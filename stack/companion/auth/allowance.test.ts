import { expect, test } from "vitest";
import { createAllowance } from "./allowance.ts";

function createClock() {
  const clock = { now: 0 };
  const allow = createAllowance({ perMinute: 3, repeating: new Set(["check"]), now: () => clock.now });
  return { clock, allow };
}

test("three lines of an action are written in a minute, then their number is told", () => {
  const { clock, allow } = createClock();
  expect(["a", "a", "a", "a", "b"].map((line) => allow("login", line))).toEqual([0, 0, 0, undefined, undefined]);
  expect(allow("other", "a")).toBe(0);
  clock.now = 59_999;
  expect(allow("login", "c")).toBeUndefined();
  clock.now = 60_000;
  expect([allow("login", "d"), allow("login", "d")]).toEqual([3, 0]);
});

test("of an action that repeats the same line is written once in a minute", () => {
  const { clock, allow } = createClock();
  expect(["a", "a", "b", "a"].map((line) => allow("check", line))).toEqual([0, undefined, 0, undefined]);
  clock.now = 60_000;
  expect(allow("check", "a")).toBe(2);
});
