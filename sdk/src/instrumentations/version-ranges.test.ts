import { expect, test } from "vitest";
import { compareVersions, isInRange } from "./version-ranges.ts";

test.each([
  ["4.0.0", ">=4.0.0 <8", true],
  ["7.9.9", ">=4.0.0 <8", true],
  ["8.0.0", ">=4.0.0 <8", false],
  ["3.9.9", ">=4.0.0 <8", false],
  ["6.4.0", ">=4.0.0 <6.4", false],
  ["6.3.10", ">=4.0.0 <6.4", true],
  ["1.9.0", "^1.2.0", true],
  ["1.1.9", "^1.2.0", false],
  ["2.0.0", "^1.2.0", false],
  ["0.0.1", "*", true],
  ["1.2.3", "1.2.3", true],
  ["1.2.4", "1.2.3", false],
  ["12.0.0-next.1", ">=4.0.0 <12", false],
])("%s in %s: %s", (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected);
});

test("versions are compared by their numbers", () => {
  expect(["3.20.0", "3.9.1", "3.11.5"].toSorted(compareVersions)).toEqual(["3.9.1", "3.11.5", "3.20.0"]);
});
