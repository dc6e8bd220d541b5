import { expect, test } from "vitest";
import { mutantsOf, secondsOf } from "./mutate.ts";

const of = (expr: string) => mutantsOf({ alert: "A", expr }).map(({ what, rule }) => [what, rule.expr]);

test("comparisons are flipped and thresholds moved by a tenth", () => {
  expect(of("a / b > 0.05")).toEqual([
    ["flip at 6: >", "a / b < 0.05"],
    ["+10 % at 8: 0.05", "a / b > 0.055"],
    ["-10 % at 8: 0.05", "a / b > 0.045"],
  ]);
  expect(of("a <= 0")).toEqual([["flip at 2: <=", "a >= 0"]]);
  expect(of("a == b")).toEqual([["flip at 2: ==", "a != b"]]);
});

test("guards are dropped: either side of and, the right side of unless", () => {
  const changed = of("(a > 0) and on (x) b unless c").map(([, expr]) => expr);
  expect(changed).toEqual(["(a > 0) and on (x) b", "(a > 0) unless c", "b unless c", "(a < 0) and on (x) b unless c"]);
});

test("arguments of functions, durations and zero are left alone", () => {
  expect(of("histogram_quantile(0.99, rate(a[5m])) or vector(1)")).toEqual([]);
  expect(of("0 * a")).toEqual([]);
});

test("for is halved", () => {
  const [mutant] = mutantsOf({ alert: "A", expr: "a", for: "1h30m" });
  expect([mutant?.what, mutant?.rule.for]).toEqual(["for 2700s", "2700s"]);
  expect(mutantsOf({ alert: "A", expr: "a" })).toEqual([]);
});

test.each([
  ["30s", 30],
  ["5m", 300],
  ["1h30m", 5400],
  ["1d", 86_400],
])("%s is %d seconds", (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});
