import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { toError } from "./fatal-line.ts";

test("an error stays as it is, also one of another realm", () => {
  const own = new TypeError("own");
  const foreign: unknown = runInNewContext("new RangeError('foreign')");
  expect(toError(own)).toBe(own);
  expect(toError(foreign)).toBe(foreign);
});

const mute = {
  toString() {
    throw new Error("no text");
  },
};

test.each([
  ["string", "text", () => "text"],
  ["number", "7", () => 7],
  ["bigint", "7", () => 7n],
  ["undefined", "undefined", () => undefined],
  ["null", "null", () => null],
  ["symbol", "Symbol(sign)", () => Symbol("sign")],
  ["object", "an object that is no error", () => ({ secret: "kept out of texts" })],
  ["object", "an object that is no error", () => mute],
])("what is no error becomes one that is named after its type: %s, %s", (name, message, thrown) => {
  expect(toError(thrown())).toMatchObject({ name, message, stack: `${name}: ${message}` });
});
