import { describe, expect, test } from "vitest";
import { oldGenerationLimit } from "./heap-limit.ts";

const mebibyte = 1024 ** 2;
const limitOf = (heapSizeLimit: number, ...flags: readonly string[]) =>
  oldGenerationLimit(heapSizeLimit * mebibyte, flags) / mebibyte;

describe("with a flag it is what the flag says", () => {
  test.each([
    { flags: ["--max-old-space-size=100"], limit: 100 },
    { flags: ["--max_old_space_size=100"], limit: 100 },
    { flags: ["--max-old-space-size=100", "--import", "x", "--max-old-space-size=200"], limit: 200 },
  ])("$flags", ({ flags, limit }) => expect(limitOf(292, ...flags)).toBe(limit));
});

/** What Node.js chooses by itself in a container, in MiB: limit of the heap, of its old generation. */
const chosen = [
  { node: 22, heap: 259, old: 256 },
  { node: 22, heap: 524, old: 512 },
  { node: 22, heap: 2096, old: 2048 },
  { node: 22, heap: 4144, old: 4096 },
  { node: 24, heap: 259, old: 256 },
  { node: 24, heap: 560, old: 512 },
  { node: 24, heap: 1120, old: 1024 },
  { node: 24, heap: 2240, old: 2048 },
  { node: 24, heap: 4288, old: 4096 },
  { node: 26, heap: 4192, old: 4096 },
];

describe("without one it is never above the limit that ends the process, and at most a twelfth below", () => {
  test.each(chosen)("Node.js $node, $heap MiB", ({ heap, old }) => {
    expect(limitOf(heap)).toBeLessThanOrEqual(old);
    expect(limitOf(heap)).toBeGreaterThanOrEqual((old * 11) / 12);
  });
});

test("a flag that asks for nothing, or for more than V8 gives, does not count", () => {
  expect(limitOf(1120, "--max-old-space-size=0")).toBe(1024);
  expect(limitOf(1120, "--max-old-space-size=4000")).toBe(1024);
});
