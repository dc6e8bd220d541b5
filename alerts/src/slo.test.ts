import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readSlos } from "./slo.ts";

const errors = { name: "http-errors", sli: "errors", objective: 99.9 };
const latency = { name: "fast", sli: "latency", objective: 99, threshold_seconds: 0.5 };
const read = (entries: readonly unknown[], knownServices = ["orders", "payments"]) =>
  readSlos(stringify({ slos: entries }), { knownServices });

describe("readSlos", () => {
  test("reads objectives of all services and of one", () => {
    const { slos, problems } = read([errors, { ...latency, service: "orders" }]);
    expect(problems).toEqual([]);
    expect(slos).toEqual([
      {
        name: "http-errors",
        service: undefined,
        without: [],
        sli: "errors",
        objective: 99.9,
        thresholdSeconds: undefined,
      },
      { name: "fast", service: "orders", without: [], sli: "latency", objective: 99, thresholdSeconds: 0.5 },
    ]);
  });

  test("an objective of one service goes before that of all with the same sli, and before no other", () => {
    const own = { ...errors, name: "payments-errors", service: "payments" };
    const { slos } = read([errors, latency, own, { ...own, name: "orders-errors", service: "orders" }]);
    expect(slos.map(({ name, without }) => [name, without])).toEqual([
      ["http-errors", ["orders", "payments"]],
      ["fast", []],
      ["payments-errors", []],
      ["orders-errors", []],
    ]);
  });

  const percent = "a number above 0 and below 100, for instance 99.9";
  const buckets = "0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10";
  test.each([
    ["an objective of 100", { ...errors, objective: 100 }, "http-errors: objective is 100", percent],
    ["one above 100", { ...errors, objective: 101 }, "http-errors: objective is 101", percent],
    ["one of 0", { ...errors, objective: 0 }, "http-errors: objective is 0", percent],
    ["one that is no number", { ...errors, objective: "99.9" }, 'http-errors: objective is "99.9"', percent],
    ["none", { name: "a", sli: "errors" }, "a: objective is missing", percent],
    ["an unknown service", { ...errors, service: "order" }, 'http-errors: service is "order"', "all, orders, payments"],
    ["an unknown sli", { ...errors, sli: "speed" }, 'http-errors: sli is "speed"', "errors or latency"],
    [
      "a threshold that is no bucket",
      { ...latency, threshold_seconds: 0.3 },
      "fast: threshold_seconds is 0.3",
      buckets,
    ],
    [
      "latency without one",
      { ...latency, threshold_seconds: undefined },
      "fast: threshold_seconds is missing",
      buckets,
    ],
    ["errors with one", { ...errors, threshold_seconds: 1 }, "http-errors: threshold_seconds is 1", "with errors none"],
    [
      "an unknown key",
      { ...errors, target: 99 },
      "http-errors: there is no key target",
      "name, service, sli, objective",
    ],
    ["a name with a space", { ...errors, name: "a b" }, 'a b: name is "a b"', "letters, digits and -"],
    ["no name", { sli: "errors", objective: 99 }, "entry 1: name is missing", "letters, digits and -"],
  ])("refuses %s and says what is allowed", (_what, entry, what, expected) => {
    const { slos, problems } = read([entry]);
    expect(slos).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toBe(what);
    expect(problems[0]?.expected).toContain(expected);
  });

  test("finds every problem at once, and two of one name", () => {
    const { problems } = read([{ ...errors, objective: 100, sli: "speed" }, errors]);
    expect(problems.map(({ what }) => what)).toEqual([
      'http-errors: sli is "speed"',
      "http-errors: objective is 100",
      "http-errors: the name is there twice",
    ]);
  });

  test.each(["", "slos: 3", "slos: []", "[]", "slos: [x]", "other: []", "a: [", "slos: []\nmore: 1"])(
    "refuses %j, which is no list of objectives",
    (text) => {
      const { problems } = readSlos(text);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.expected).toContain("slos: with a list below it");
    },
  );

  test("takes any service where none are known", () => {
    expect(readSlos(stringify({ slos: [{ ...errors, service: "any" }] })).problems).toEqual([]);
  });
});
