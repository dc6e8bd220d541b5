import { describe, expect, test } from "vitest";
import { covers, entriesAt, listAt, numberAt, textAt, valueAt } from "./json.ts";

describe("reading answers", () => {
  const answer = { a: { b: [1, 2], text: "x", number: 5 } };

  test("gives what is at a path", () => {
    expect(valueAt(answer, "a", "b")).toEqual([1, 2]);
    expect(textAt(answer, "a", "text")).toBe("x");
    expect(numberAt(answer, "a", "number")).toBe(5);
    expect(listAt(answer, "a", "b")).toEqual([1, 2]);
    expect(entriesAt({ a: { x: 1 } }, "a")).toEqual([["x", 1]]);
  });

  test.each<[string, unknown]>([
    ["a text", "a"],
    ["nothing", undefined],
    ["null", null],
    ["a list", [1]],
  ])("gives nothing where there is %s instead of an object", (_about, value) => {
    expect(valueAt(value, "a", "b")).toBeUndefined();
    expect(listAt(value, "a")).toEqual([]);
    expect(entriesAt(value)).toEqual([]);
  });

  test("gives nothing that is of another type, or that objects inherit", () => {
    expect(textAt(answer, "a", "number")).toBeUndefined();
    expect(numberAt(answer, "a", "text")).toBeUndefined();
    expect(valueAt(answer, "constructor")).toBeUndefined();
  });
});

describe("what was declared is there", () => {
  test.each<[string, unknown, unknown, boolean]>([
    ["when it is the same", { a: { b: 1 } }, { a: { b: 1 } }, true],
    ["when the server added defaults", { a: {} }, { a: { enabled: true }, b: 1 }, true],
    ["but not when a value differs", { a: 1 }, { a: 2 }, false],
    ["but not when a value is missing", { a: 1 }, {}, false],
    ["but not when there is nothing", { a: 1 }, undefined, false],
    ["but not when a list is longer", { a: ["x"] }, { a: ["x", "y"] }, false],
    ["but not when a list is shorter", { a: ["x", "y"] }, { a: ["x"] }, false],
    ["but not when a list is in another order", { a: ["x", "y"] }, { a: ["y", "x"] }, false],
    ["but not when a list is something else", { a: [] }, { a: {} }, false],
    ["when objects of a list have more", [{ a: 1 }], [{ a: 1, b: 2 }], true],
  ])("%s", (_about, declared, current, expected) => {
    expect(covers(declared, current)).toBe(expected);
  });
});
