import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addLabel, createLabelWriter, formatBound } from "./labels.ts";

/** Reads labels as the specification of the format writes them: `name="value"`, comma, and so on. */
function readLabels(text: string): [string, string][] {
  const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,(?!$)|$)/y;
  const labels: [string, string][] = [];
  while (label.lastIndex < text.length) {
    const match = label.exec(text);
    if (match === null) throw new Error(`no label: ${text}`);
    const [, name = "", value = ""] = match;
    labels.push([name, value.replace(/\\(.)/g, (_all, escaped: string) => (escaped === "n" ? "\n" : escaped))]);
  }
  return labels;
}

const write = createLabelWriter();
/** Every UTF-16 code unit, half characters and control characters too. */
const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

const special = fc.string({ unit: fc.constantFrom("\\", '"', "\n", "n", ",", "=", "}", "é", "\r") });
const anyText = fc.oneof(special, fc.string({ unit: anyUnit }));

describe("labels", () => {
  test("bring every value back as it was", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.dictionary(name, anyText), (attributes) => {
        expect(readLabels(write(attributes))).toEqual(Object.entries(attributes));
      }),
    );
  });

  test("are well formed whatever the attributes are called, each name once and none that is reserved", () => {
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: anyUnit }),
      fc.constantFrom("", "__name__", "a.b", "a_b", "1"),
    );
    fc.assert(
      fc.property(fc.dictionary(name, anyText), (attributes) => {
        const names = readLabels(write(attributes)).map(([label]) => label);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((label) => label.startsWith("__"))).toEqual([]);
      }),
    );
  });

  test.each([
    [
      "values that are not texts",
      { a: 1, b: true, c: ["x", "y"], d: -0 },
      'a="1",b="true",c="[\\"x\\",\\"y\\"]",d="0"',
    ],
    ["numbers without a value", { a: Number.NaN, b: -Infinity }, 'a="NaN",b="-Infinity"'],
    ["names that are none in Prometheus", { "http.route": "/", "2xx": 1, é: 2 }, 'http_route="/",_2xx="1",_="2"'],
    ["two names that become one", { "a.b": 1, a_b: 2 }, 'a_b="1;2"'],
    ["nothing for undefined", { a: undefined }, ""],
  ])("show %s", (_what, attributes, text) => {
    expect(write(attributes)).toBe(text);
  });

  test("of the service come first and cannot be overridden", () => {
    const writeSeries = createLabelWriter({ "service.name": "orders" });
    expect(writeSeries({ "service.name": "evil", service_name: "evil", kind: "web" })).toBe(
      'service_name="orders",kind="web"',
    );
    expect(writeSeries({})).toBe('service_name="orders"');
  });

  test("take one more at their end", () => {
    expect(addLabel("", "le", "+Inf")).toBe('le="+Inf"');
    expect(addLabel('a="1"', "q", '"')).toBe('a="1",q="\\""');
  });
});

test.each([
  [0, "0.0"],
  [1, "1.0"],
  [-5, "-5.0"],
  [0.005, "0.005"],
  [999_999, "999999.0"],
  [1_000_000, "1e+06"],
  [2_500_000, "2.5e+06"],
  [1e21, "1e+21"],
  [Infinity, "+Inf"],
])("the bound %d of a bucket is written %s", (bound, text) => {
  expect(formatBound(bound)).toBe(text);
});

test("every bound keeps its value", () => {
  const bound = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(bound, (value) => {
      expect(Number(formatBound(value)) === value).toBe(true);
    }),
  );
});
