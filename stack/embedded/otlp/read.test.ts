import { describe, expect, test } from "vitest";
import { anyValue, attributes, id, integer, microseconds, number, resource } from "./read.ts";

describe("what has the wrong type counts as absent:", () => {
  const wrong = [undefined, null, true, {}, [], "x", "", Number.NaN];

  test.each(wrong)("%j is no number", (value) => {
    expect([number(value), integer(value), microseconds(value)]).toEqual([0, 0, 0]);
  });

  test.each([...wrong, 5, "0".repeat(32), "g".repeat(32), "a".repeat(31)])("%j is no id", (value) => {
    expect(id(value, 32)).toBeNull();
  });

  test.each([1.5, Infinity, "-Infinity", "1e300"])("%j is no whole number", (value) => {
    expect(integer(value)).toBe(0);
  });

  test.each(wrong)("%j is no list of attributes, and no value", (value) => {
    expect(attributes(value)).toEqual({});
    expect(anyValue(value)).toBeNull();
    expect(resource(value)).toEqual({ "service.name": "unknown_service" });
  });
});

test.each([
  ["1700000000123456789", 1_700_000_000_123_456],
  [1_700_000_000_123_456_800, 1_700_000_000_123_456],
  ["999", 0],
  ["1999", 1],
  ["-5000", 0],
  ["18446744073709551615", Number.MAX_SAFE_INTEGER],
  ["9999999999999999999", Number.MAX_SAFE_INTEGER],
  [Infinity, Number.MAX_SAFE_INTEGER],
])("%j nanoseconds are %i microseconds, never more than a number can count", (given, us) => {
  expect(microseconds(given)).toBe(us);
});

test("ids are lower case", () => {
  expect(id("ABCDEF0123456789", 16)).toBe("abcdef0123456789");
});

test.each([
  [{ stringValue: "" }, ""],
  [{ boolValue: false }, false],
  [{ intValue: "9007199254740991" }, Number.MAX_SAFE_INTEGER],
  [{ intValue: -5 }, -5],
  [{ doubleValue: 0.5 }, 0.5],
  [{ bytesValue: "AQI=" }, "AQI="],
  [{ arrayValue: { values: [{ intValue: 1 }, {}, { stringValue: "a" }] } }, [1, null, "a"]],
  [{ kvlistValue: { values: [{ key: "a", value: { boolValue: true } }, { value: {} }] } }, { a: true }],
])("the value %j is %j", (wrapped, value) => {
  expect(anyValue(wrapped)).toEqual(value);
});

test("an attribute named as a prototype is an attribute", () => {
  const read = attributes([{ key: "__proto__", value: { stringValue: "x" } }]);
  expect(Object.entries(read)).toEqual([["__proto__", "x"]]);
});

test("a value deeper than protobuf may be counts as absent", () => {
  let value: object = { stringValue: "bottom" };
  for (let depth = 0; depth < 20_000; depth++) value = { arrayValue: { values: [value] } };
  const read = JSON.stringify(anyValue(value));
  expect(read).toMatch(/^\[{10,100}null\]{10,100}$/);
});
