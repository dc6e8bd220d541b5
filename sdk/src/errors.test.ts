import { expect, test } from "vitest";
import { OptionsError } from "./errors.ts";

test("names every bad option with its variable, what was received and what would be right", () => {
  const error = new OptionsError([
    { option: "traces.ratio", env: "OTEL_TRACES_SAMPLER_ARG", got: "2", expected: "a number from 0 to 1" },
    { option: "logs.level", got: "loud", expected: "one of info, warn" },
  ]);
  expect(error.message.split("\n")).toEqual([
    "obsbox cannot use these options:",
    '  traces.ratio (OTEL_TRACES_SAMPLER_ARG): got "2", expected a number from 0 to 1',
    '  logs.level: got "loud", expected one of info, warn',
  ]);
  expect(error).toMatchObject({ name: "OptionsError", problems: [{ got: "2" }, { got: "loud" }] });
});

const circle: Record<string, unknown> = {};
circle["self"] = circle;
const hostile = {
  get hostile() {
    throw new Error("not to be read");
  },
};

test.each([
  ["a large integer", 5n, "5n"],
  ["no number", Number.NaN, "NaN"],
  ["an endless number", Infinity, "Infinity"],
  ["nothing", null, "null"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["a circle", circle, "[Circular"],
  ["a getter that throws", hostile, "[Getter]"],
  ["a function", () => {}, "[Function"],
])("shows %s as what it is", (_what, got, shown) => {
  const { message } = new OptionsError([{ option: "traces.ratio", got, expected: "a number" }]);
  expect(message).toContain(shown);
  expect(message).toContain(", expected a number");
});

test("keeps large values short", () => {
  const { message } = new OptionsError([
    { option: "environment", got: { name: "x".repeat(100_000) }, expected: "a text" },
    { option: "metrics.registries", got: Array.from({ length: 10_000 }, () => ({})), expected: "registries" },
  ]);
  expect(message).toContain("99800 more characters");
  expect(message).toContain("9995 more items");
});

test("hides user and password of an address", () => {
  const problem = { option: "traces.endpoint", got: "ftp://ann:s@cret@example.org:1", expected: "an http address" };
  expect(new OptionsError([problem]).message).toContain('got "ftp://[REDACTED]@example.org:1"');
});
