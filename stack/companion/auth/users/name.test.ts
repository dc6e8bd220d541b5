import { expect, test } from "vitest";
import { normalName, shownName } from "./name.ts";

test.each([
  ["Vera", "vera"],
  [" vera.m-1_x ", "vera.m-1_x"],
  ["ＶＥＲＡ", "vera"],
  ["constructor", "constructor"],
  ["a".repeat(64), "a".repeat(64)],
  ["a".repeat(65), undefined],
  ["__proto__", undefined],
  ["", undefined],
  ["-vera", undefined],
  ["ve ra", undefined],
  ["vera@corp.test", undefined],
  ["vera,admin", undefined],
  ["vérа", undefined],
  ["a\nb", undefined],
])("%j is the name %j", (given, name) => {
  expect(normalName(given)).toBe(name);
});

test("a name is shown without control characters and short", () => {
  expect(shownName("a\u0000\n\u001B[31m\u202Eb")).toBe("a[31mb");
  expect(shownName("x".repeat(100_000))).toHaveLength(64);
});
