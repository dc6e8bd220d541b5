import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { setups } from "./setups.ts";

const names = (...args: string[]) => readArguments(args).setups.map(({ name }) => name);

test("the bare service is always measured", () => {
  expect(names("--only", "lean,obsbox")).toEqual(["bare", "obsbox", "lean"]);
});

test("a check measures what has committed ratios, under load", () => {
  expect(names("--check")).toEqual(["bare", "obsbox", "obsbox-same", "obsbox-sampled"]);
  expect(readArguments(["--check"]).parts).toEqual(["load"]);
});

test("writing takes all set-ups and parts", () => {
  expect(names("--write", "--check")).toHaveLength(setups.length);
  expect(() => readArguments(["--write", "--only", "lean"])).toThrow("leave --only and --parts out");
});

test.each([
  [["--only", "obsbox,otel"], "--only does not know otel; it knows bare, "],
  [["--parts", "speed"], "--parts does not know speed"],
  [["--rounds", "0"], "--rounds wants a whole number above 0, not 0"],
  [["--seconds", "1.5"], "--seconds wants a whole number above 0, not 1.5"],
])("%j is refused with a reason", (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});
