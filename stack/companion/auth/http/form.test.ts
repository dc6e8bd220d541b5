import * as fc from "fast-check";
import { expect, test } from "vitest";
import { field, parseForm } from "./form.ts";

test("what a browser encodes is read as it was typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (username, password) => {
      const form = parseForm(String(new URLSearchParams({ username, password })));
      expect([field(form, "username"), field(form, "password")]).toEqual([username, password]);
    }),
  );
});

test.each(["a=%", "a=%zz", "%ff=b", "a=%c0%af", "a=\u0000", "a=\u00e4", "a=1&a=2", "a=%ed%a0%80"])(
  "%j is refused with 400",
  (text) => {
    expect(() => parseForm(text)).toThrow(expect.objectContaining({ status: 400 }));
  },
);

test("a value may hold an equals sign, and a field that is not there is refused", () => {
  const form = parseForm("a=b=c&&d");
  expect([form.get("a"), form.get("d")]).toEqual(["b=c", ""]);
  expect(() => field(form, "e")).toThrow("no field e");
});
