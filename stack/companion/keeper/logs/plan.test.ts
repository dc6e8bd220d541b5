import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planDeletions, planRollovers } from "./plan.ts";
import type { BackingIndex } from "./plan.ts";

const index = (name: string, bytes: number, endedMs?: number): BackingIndex => ({ name, bytes, endedMs });
const names = (indices: readonly BackingIndex[]) => indices.map(({ name }) => name);

describe("log retention by size", () => {
  const indices = [index("b1", 40, 2), index("a1", 40, 1), index("a2", 40, 3), index("a3", 5), index("b2", 5)];

  test("deletes nothing that fits", () => {
    expect(planDeletions(indices, 130)).toEqual([]);
  });

  test("deletes the indices whose last line is oldest, and no more than needed", () => {
    expect(names(planDeletions(indices, 129))).toEqual(["a1"]);
    expect(names(planDeletions(indices, 60))).toEqual(["a1", "b1"]);
  });

  test("leaves the indices that lines go into, however large", () => {
    expect(names(planDeletions(indices, 0))).toEqual(["a1", "b1", "a2"]);
  });

  test("begins a new index where one alone takes more than a tenth", () => {
    const grown = [index("a1", 400, 1), index("a2", 101), index("b1", 100)];
    expect(names(planRollovers(grown, 1000))).toEqual(["a2"]);
  });

  const indicesOf = fc.uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1 }),
      bytes: fc.nat(1000),
      endedMs: fc.option(fc.nat(100), { nil: undefined }),
    }),
    { selector: ({ name }) => name },
  );

  test("never deletes an index that lines go into, and ends under the limit or with nothing left to delete", () => {
    fc.assert(
      fc.property(indicesOf, fc.nat(5000), (all, limit) => {
        const gone = planDeletions(all, limit);
        expect(gone.every(({ endedMs }) => endedMs !== undefined)).toBe(true);
        const left = all.filter((one) => !gone.includes(one));
        const bytes = left.reduce((sum, one) => sum + one.bytes, 0);
        expect(bytes <= limit || left.every(({ endedMs }) => endedMs === undefined)).toBe(true);
      }),
    );
  });

  test("never keeps an older line than one that it deletes, nor deletes more than needed", () => {
    fc.assert(
      fc.property(indicesOf, fc.nat(5000), (all, limit) => {
        const gone = planDeletions(all, limit);
        const left = all.filter((one) => !gone.includes(one));
        const newestGone = Math.max(-1, ...gone.map(({ endedMs }) => endedMs ?? Infinity));
        expect(left.every(({ endedMs }) => (endedMs ?? Infinity) >= newestGone)).toBe(true);
        const last = gone.at(-1);
        const before = [...left, ...(last === undefined ? [] : [last])].reduce((sum, one) => sum + one.bytes, 0);
        expect(last === undefined || before > limit).toBe(true);
      }),
    );
  });
});
