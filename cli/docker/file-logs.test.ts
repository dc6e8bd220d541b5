import { expect, test } from "vitest";
import { fileLoggers, parseSince } from "./file-logs.ts";

test("the box's own services that stay write their lines to files", () => {
  expect(fileLoggers).toEqual(["auth", "keeper"]);
});

test.each([
  ["10m", 400_000],
  ["90s", 910_000],
  ["1970-01-01T00:00:05Z", 5000],
  ["yesterday", undefined],
  ["10", Date.parse("10")],
])("since %s", (text, ms) => {
  expect(parseSince(text, 1_000_000)).toBe(ms);
});
