import { expect, test } from "vitest";
import { registeredApi } from "./packages.ts";
import { findNodeVersion } from "./runtime.ts";
import { mayUse } from "./versions.ts";

test.each([
  ["1.10.0", true],
  ["1.9.1", true],
  ["1.0.0", true],
  ["1.11.0", false],
  ["2.0.0", false],
  ["0.23.0", false],
  ["unknown", false],
])("a copy of the API at %s may use 1.10.0: %s", (copy, expected) => {
  expect(mayUse(copy, "1.10.0")).toBe(expected);
});

test("the version that the SDK registers with is that of its package.json", () => {
  expect(registeredApi).toMatch(/^1\.\d+\.\d+$/);
});

test.each([
  ["20.19.0", "failure"],
  ["22.17.1", "failure"],
  ["22.18.0", undefined],
  ["23.11.0", "note"],
  ["24.21.0", undefined],
  ["26.0.0", undefined],
  ["27.0.0", "note"],
])("Node.js %s is a %s", (version, level) => {
  expect(findNodeVersion(version).findings[0]?.level).toBe(level);
});
