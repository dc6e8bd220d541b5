import { describe, expect, test } from "vitest";
import { listLength, skip } from "./message-pack.ts";

describe("skip", () => {
  // As the specification of MessagePack writes them.
  test.each([
    ["a small number", "7f"],
    ["a negative one", "e0"],
    ["nil", "c0"],
    ["true", "c3"],
    ["a short text", "a568656c6c6f"],
    ["a text of 2 bytes of length", "da000568656c6c6f"],
    ["bytes", "c4020102"],
    ["an extension of 4 bytes", "d60101020304"],
    ["a sized extension", "c7020a0102"],
    ["a float", "cb3ff0000000000000"],
    ["an unsigned number of 8 bytes", "cf0000000000000001"],
    ["a list of lists", "93c0920102a161"],
    ["a map", "82a161c3a16291c0"],
    ["a map of 2 bytes of length", "de0001a161dc00020102"],
  ])("ends where %s ends", (_, hex) => {
    expect(skip(Buffer.from(`${hex}c0`, "hex"), 0)).toBe(hex.length / 2);
  });

  test.each([
    ["a text that is cut off", "a5686c", "ends within a value"],
    ["a map without its values", "82a161", "out of range"],
    ["a byte that begins nothing", "c1", "0xc1 begins no value"],
  ])("throws on %s", (_, hex, message) => {
    expect(() => skip(Buffer.from(hex, "hex"), 0)).toThrow(message);
  });
});

test("a list says how many values it has, whatever its form", () => {
  const lengths = ["9301", "dc0003", "dd00000003"].map((hex) => listLength(Buffer.from(hex, "hex"), 0));
  expect(lengths).toEqual([
    { length: 3, at: 1 },
    { length: 3, at: 3 },
    { length: 3, at: 5 },
  ]);
  expect(() => listLength(Buffer.from("81", "hex"), 0)).toThrow("no list but 0x81");
});
