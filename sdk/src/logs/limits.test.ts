import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bounded, cutText, readProperties } from "./limits.ts";
import type { Json } from "./limits.ts";

const circle: Record<string, unknown> = { name: "round" };
circle["self"] = [circle];
const twice = { n: 1 };
const odd = {
  get throws() {
    throw new Error("not to be read");
  },
  fine: 1,
};
const itself = {
  n: 1,
  toJSON() {
    return this;
  },
};
const broken = { toJSON: () => fail() };
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

function fail(): never {
  throw new Error("no");
}

describe("a copy", () => {
  test.each([
    ["a number that JSON does not know", Number.NaN, "NaN"],
    ["an endless number", -Infinity, "-Infinity"],
    ["a large integer", 2n ** 64n, "18446744073709551616"],
    ["an integer too large to be written out", -(10n ** 9000n), "[BigInt of more than 8192 digits]"],
    ["a text as an object", Object("text"), "text"],
    ["nothing", null, null],
    ["undefined", undefined, undefined],
    ["a function", () => {}, undefined],
    ["a symbol", Symbol("s"), undefined],
    ["a list with what JSON leaves out", [undefined, () => {}, 1], [null, null, 1]],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["a wrong date", new Date(Number.NaN), "[Invalid Date]"],
    ["an address", new URL("http://a/b"), "http://a/b"],
    ["a map", new Map<unknown, unknown>([[{ toString: () => "k" }, new Set([1])]]), { k: [1] }],
    ["bytes", new Uint8Array(4), "[Uint8Array of 4 bytes]"],
    ["a circle", circle, { name: "round", self: ["[Circular]"] }],
    ["the same object twice", [twice, twice], [{ n: 1 }, { n: 1 }]],
    ["a getter that throws", odd, { throws: "[Unserializable]", fine: 1 }],
    ["a toJSON that throws", { broken }, { broken: "[Unserializable]" }],
    ["a toJSON that gives undefined", { gone: { toJSON: () => undefined } }, {}],
    ["a toJSON that gives itself", itself, { n: 1 }],
    ["a proxy that is no more", { revoked }, { revoked: "[Unserializable]" }],
    ["a dangerous key", JSON.parse('{ "__proto__": { "admin": true } }'), JSON.parse('{"__proto__":{"admin":true}}')],
  ])("of %s is safe", (_what, value, copy) => {
    const copied = bounded(value);
    expect(JSON.stringify(copied)).toBe(JSON.stringify(copy));
  });

  test("of an error has its name, message and stack", () => {
    expect(bounded({ cause: new RangeError("far") })).toEqual({
      cause: { name: "RangeError", message: "far", stack: expect.stringContaining("limits.test.ts") },
    });
  });

  test("says how much it leaves out", () => {
    const wide = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`k${index}`, index]));
    expect(bounded(wide)).toMatchObject({ k127: 127, truncated_keys: 2 });
    const list = bounded(Array.from({ length: 250 }, () => 0));
    expect(list).toHaveLength(101);
    expect(list).toMatchObject({ 100: "[150 more items]" });
    expect(bounded("x".repeat(9000))).toBe(`${"x".repeat(8192)}... [9000 characters]`);
    expect(JSON.stringify(bounded(nested(20)))).toBe(`${'{"inner":'.repeat(8)}"[Object]"${"}".repeat(8)}`);
  });

  test("of objects that refer to each other trillions of times ends", () => {
    const level = (inner: object) => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, inner]));
    const web = Array.from({ length: 8 }).reduce<object>(level, { leaf: true });
    expect(JSON.stringify(bounded(web)).length).toBeLessThan(1_000_000);
  });

  test("of anything at all is JSON that comes back as it is, well formed and no deeper than eight", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      maxDepth: 10,
      maxKeys: 4,
      values: [
        fc.string({ unit: anyUnit, maxLength: 20 }),
        fc.string({ unit: loneSurrogates }),
        fc.double(),
        fc.constant(odd),
      ],
    });
    fc.assert(
      fc.property(anything, (value) => {
        const copied = bounded(value);
        if (copied === undefined) return;
        const text = JSON.stringify(copied);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(depthOf(copied)).toBeLessThanOrEqual(9);
        expect(textsOf(copied).every((one) => one.isWellFormed())).toBe(true);
      }),
    );
  });
});

/** Every UTF-16 code unit, half characters and control characters too. */
const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

const loneSurrogates = fc.constantFrom("\ud83d", "\ude00", "a");

function nested(depth: number): object {
  return depth === 0 ? {} : { inner: nested(depth - 1) };
}

function textsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function depthOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("a cut text", () => {
  test("is well formed, also where the cut goes through a character", () => {
    expect(cutText("ab😀cd", 3)).toBe("ab�... [6 characters]");
    fc.assert(
      fc.property(fc.string({ unit: anyUnit }), fc.nat(20), (text, limit) => {
        const cut = cutText(text, limit);
        const end = text.length <= limit ? "" : `... [${text.length} characters]`;
        expect(cut).toBe(text.slice(0, limit).toWellFormed() + end);
      }),
    );
  });

  test.each([
    ["nothing", undefined, "undefined"],
    ["a number", -0, "0"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["an object without a text", Object.create(null), "[Unserializable]"],
    ["a toString that throws", { toString: fail }, "[Unserializable]"],
  ])("is made of %s", (_what, value, text) => {
    expect(cutText(value)).toBe(text);
  });
});

test("properties of an object that cannot be read at all are none", () => {
  const taken: string[] = [];
  readProperties(revoked, (key) => taken.push(key));
  expect(taken).toEqual([]);
});
