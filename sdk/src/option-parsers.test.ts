import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytes,
  flag,
  integer,
  keyValues,
  list,
  number,
  oneOf,
  registries,
  someOf,
  text,
  url,
} from "./option-parsers.ts";

const registry = { getMetricsAsJSON: async () => [] };

test.each([
  ["text", text, "orders", "orders"],
  ["text", text, "", undefined],
  ["text", text, 7, undefined],
  ["flag", flag, true, true],
  ["flag", flag, "False", false],
  ["flag", flag, "1", true],
  ["flag", flag, 1, undefined],
  ["flag", flag, "on", undefined],
  ["url", url, "http://localhost:4318", "http://localhost:4318"],
  ["url", url, "ftp://localhost", undefined],
  ["url", url, "localhost:4318", undefined],
  ["url", url, new URL("http://localhost"), undefined],
  ["list", list, " a , b,", ["a", "b"]],
  ["list", list, ["a"], ["a"]],
  ["list", list, ["a", 1], undefined],
  ["keyValues", keyValues, { a: "b" }, { a: "b" }],
  ["keyValues", keyValues, { a: 1 }, undefined],
  ["keyValues", keyValues, ["a=b"], undefined],
  ["keyValues", keyValues, new Map([["a", "b"]]), undefined],
  ["keyValues", keyValues, new Headers({ a: "b" }), undefined],
  ["keyValues", keyValues, " a = b=c , d=e%2Cf", { a: "b=c", d: "e,f" }],
  ["keyValues", keyValues, "=b", undefined],
  ["keyValues", keyValues, "a=50%", { a: "50%" }],
  ["registries", registries, [registry], [registry]],
  ["registries", registries, registry, undefined],
  ["registries", registries, [{}], undefined],
  ["bytes", bytes, 100, 100],
  ["bytes", bytes, "100", 100],
  ["bytes", bytes, "2 gib", 2 * 1024 ** 3],
  ["bytes", bytes, "0", undefined],
  ["bytes", bytes, 1.5, undefined],
  ["bytes", bytes, "9007199254740993", undefined],
  ["bytes", bytes, ["100"], undefined],
  ["bytes", bytes, "5toString", undefined],
  ["oneOf", oneOf("a/b", "c"), "A/B", "a/b"],
  ["oneOf", oneOf("a", "b"), "a,b", undefined],
  ["someOf", someOf("a", "b"), "b,a", ["a", "b"]],
  ["someOf", someOf("a", "b"), "B,b", ["b"]],
  ["someOf", someOf("a", "b"), "a,c", undefined],
  ["number", number(0, 1), "1e-3", 0.001],
  ["number", number(0, 1), "", undefined],
  ["number", number(0, 1), "NaN", undefined],
  ["number", number(0, 1), Number.NaN, undefined],
  ["number", number(0, 1), 1.000001, undefined],
  ["integer", integer(1, 10), "10", 10],
  ["integer", integer(1, 10), 9.5, undefined],
  ["integer", integer(1, 10), "11", undefined],
  ["integer", integer(1, 10), "Infinity", undefined],
  ["integer", integer(1, 10), true, undefined],
])("%s turns %o%o into %o", (_name, parser, given, parsed) => {
  expect(parser.parse(given)).toEqual(parsed);
});

test("what is percent-encoded comes back, keys and values", () => {
  const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
  const word = fc.string({ unit, maxLength: 20 }).map((all) => all.toWellFormed());
  const pairs = fc.uniqueArray(fc.tuple(word.filter(Boolean), word), { selector: ([key]) => key, maxLength: 5 });
  fc.assert(
    fc.property(pairs, (given) => {
      const encoded = given.map((pair) => pair.map(encodeURIComponent).join("=")).join(",");
      expect(Object.entries(keyValues.parse(encoded) ?? {})).toEqual(expect.arrayContaining(given));
    }),
  );
});

test("a size survives its unit", () => {
  const size = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(
      size,
      fc.constantFrom(["KiB", 1024], ["MIB", 1024 ** 2], ["gib", 1024 ** 3]),
      (count, [unit, factor]) => {
        expect(bytes.parse(`${count}${unit}`)).toBe(count * factor);
      },
    ),
  );
});

test("no value makes a parser throw", () => {
  const parsers = [text, flag, url, list, keyValues, registries, bytes, oneOf("a"), someOf("a"), number(0, 1)];
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true });
  fc.assert(
    fc.property(fc.constantFrom(...parsers), anything, (parser, value) => {
      expect(() => parser.parse(value)).not.toThrow();
    }),
  );
});
