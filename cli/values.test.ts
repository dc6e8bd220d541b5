import { expect, test } from "vitest";
import { UserError } from "./errors.ts";
import { parseDuration, parseInteger, parseRetention } from "./values.ts";

const day = 86_400_000;
const mebibyte = 1024 ** 2;

test.each([
  ["0", 0],
  ["7700", 7700],
  ["65535", 65_535],
])("the number %s is %i", (given, value) => {
  expect(parseInteger("--port", given, 0, 65_535)).toBe(value);
});

test.each(["", " ", "-1", "65536", "1.5", "0x10", "1e3", "port", undefined])("%j is no port", (given) => {
  const error = errorOf(() => parseInteger("--port", given, 0, 65_535));
  expect(error.message).toBe(`--port: got ${JSON.stringify(given ?? "")}`);
  expect([error.hint, error.exitCode]).toEqual(["expected a whole number from 0 to 65535", 2]);
});

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["15m", 900_000],
  ["24h", day],
  ["7d", 7 * day],
])("the time %s is %i milliseconds", (given, value) => {
  expect(parseDuration("--scrape", given)).toBe(value);
});

test("a time is never longer than a timer can wait, which would be no time at all", () => {
  expect(parseDuration("--scrape", "365d")).toBe(2 ** 31 - 1);
});

test.each(["", "5", "s", "-5s", "1.5s", "0s", "5 s", "5S", undefined])("%j is no time", (given) => {
  expect(errorOf(() => parseDuration("--scrape", given))).toMatchObject({ exitCode: 2 });
});

test.each([
  ["24h", { maxAgeMs: day, maxBytes: 512 * mebibyte }],
  ["64MiB", { maxAgeMs: day, maxBytes: 64 * mebibyte }],
  ["7d, 2GiB", { maxAgeMs: 7 * day, maxBytes: 2048 * mebibyte }],
  ["2GiB,90s", { maxAgeMs: 90_000, maxBytes: 2048 * mebibyte }],
  ["4096KiB", { maxAgeMs: day, maxBytes: 4 * mebibyte }],
])("the retention %s keeps %j", (given, limits) => {
  expect(parseRetention(given)).toEqual(limits);
});

test.each(["", ",", "24h,", "1KiB", "3MiB", "512MB", "0h", "for ever"])("%j is no retention", (given) => {
  const error = errorOf(() => parseRetention(given));
  expect(error.message).toContain(JSON.stringify(given));
  expect(error.hint).toContain("24h,512MiB");
});

function errorOf(fn: () => unknown): UserError {
  try {
    fn();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a UserError");
}
