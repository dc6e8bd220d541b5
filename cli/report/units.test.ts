import { expect, test } from "vitest";
import { age, mebibytes } from "./units.ts";

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [47 * 3_600_000, "47 h"],
  [48 * 3_600_000, "2 d"],
  [-5, "0 s"],
])("%i ms is %s", (ms, text) => expect(age(ms)).toBe(text));

test("bytes are said in whole MiB", () => expect(mebibytes(64 * 1024 ** 2)).toBe("64"));
