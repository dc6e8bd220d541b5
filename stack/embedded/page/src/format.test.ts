import { expect, test } from "vitest";
import { bytes, clock, duration, inUnit, percent, rate, short } from "./format.ts";

test.each([
  [0, "0"],
  [0.0004, "0 µs"],
  [0.4, "400 µs"],
  [1.25, "1.3 ms"],
  [9.97, "10 ms"],
  [12.4, "12 ms"],
  [999.7, "1.00 s"],
  [1250, "1.25 s"],
  [90_000, "90.00 s"],
])("%d milliseconds are %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [0, "0"],
  [7, "7"],
  [0.0333, "0.0333"],
  [0.000123, "1.2e-4"],
  [12.345, "12.3"],
  [123.4, "123"],
  [9999, "9999"],
  [12_345, "12.3k"],
  [999_600, "1000k"],
  [-2_500_000, "-2.5M"],
  [1_700_000_000_000, "1700G"],
])("%d is %s", (value, text) => {
  expect(short(value)).toBe(text);
  expect(rate(value)).toBe(`${text}/s`);
});

test.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.0123, "1.2 %"],
  [0.5, "50 %"],
  [1, "100 %"],
])("the share %d is %s", (ratio, text) => {
  expect(percent(ratio)).toBe(text);
});

test.each([
  [0, "0 B"],
  [0.5, "0.5 B"],
  [1023, "1020 B"],
  [1024, "1 KiB"],
  [1_600_000, "1.53 MiB"],
  [1024 ** 5, "1020 TiB"],
])("%d bytes are %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

test.each([
  ["s", "1.50 s"],
  ["seconds", "1.50 s"],
  ["By", "1.5 B"],
  ["1", "150 %"],
  ["ratio", "150 %"],
  ["{request}", "1.5"],
])("1.5 of the unit %s is %s", (unit, text) => {
  expect(inUnit(1.5, unit)).toBe(text);
});

test("a moment is shown to the millisecond", () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 67);
  expect(clock(at.getTime() * 1000)).toBe("03:04:05.067");
});
