import { expect, test } from "vitest";
import { severityName, severityOf } from "./severity.ts";

test.each([
  ["trace", 1],
  ["debug", 5],
  ["info", 9],
  ["warn", 13],
  ["error", 17],
  ["fatal", 21],
])("%s is %i, and the other way round for each of its four numbers", (name, severity) => {
  expect(severityOf(name)).toBe(severity);
  expect([0, 1, 2, 3].map((step) => severityName(severity + step))).toEqual([name, name, name, name]);
});

test.each([
  ["WARNING", 13],
  ["Err", 17],
  ["critical", 21],
  ["notice", 9],
  ["verbose", 5],
  ["silly", 1],
  [10, 1],
  [30, 9],
  [35, 13],
  [60, 21],
])("the level %j of another logger is %i", (level, severity) => {
  expect(severityOf(level)).toBe(severity);
});

test.each(["", "loud", "constructor", "__proto__", null, undefined, {}, 0, -10, 1000, Number.NaN])(
  "%j is no level: 0, which is called unknown",
  (level) => {
    expect(severityOf(level)).toBe(0);
    expect(severityName(severityOf(level))).toBe("unknown");
  },
);

test("a number beyond the last name is fatal", () => {
  expect(severityName(99)).toBe("fatal");
});
