import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayOf, planSpans } from "./plan.ts";

const day = 86_400_000;
const now = Date.parse("2026-03-10T15:00:00Z");
const nameOf = (daysAgo: number, kind = "span") =>
  `jaeger-${kind}-${new Date(now - daysAgo * day).toISOString().slice(0, 10)}`;
const spans = (daysAgo: number, bytes = 100) => ({ name: nameOf(daysAgo), bytes });
const unlimited = { maxAgeMs: 1000 * day, maxBytes: Infinity };

describe("span retention", () => {
  test("deletes a day as soon as its last moment is too old", () => {
    const indices = [spans(9), spans(8), spans(7)];
    const plan = planSpans(indices, { ...unlimited, maxAgeMs: 7 * day }, now);
    expect(plan).toEqual([
      { name: nameOf(9), reason: "age" },
      { name: nameOf(8), reason: "age" },
    ]);
  });

  test("counts age from the end of a day, to the millisecond", () => {
    const midnight = Date.parse("2026-03-10T00:00:00Z");
    const indices = [{ name: "jaeger-span-2026-03-08", bytes: 1 }];
    const limits = { ...unlimited, maxAgeMs: day };
    expect(planSpans(indices, limits, midnight - 1)).toEqual([]);
    expect(planSpans(indices, limits, midnight)).toHaveLength(1);
  });

  test("deletes the oldest days while all together are too large", () => {
    const plan = planSpans([spans(0), spans(1), spans(3), spans(2)], { ...unlimited, maxBytes: 250 }, now);
    expect(plan).toEqual([
      { name: nameOf(3), reason: "size" },
      { name: nameOf(2), reason: "size" },
    ]);
  });

  test("deletes the operations of a day with its spans", () => {
    const indices = [spans(2), { name: nameOf(2, "service"), bytes: 1 }, spans(0)];
    const plan = planSpans(indices, { ...unlimited, maxBytes: 100 }, now);
    expect(plan.map(({ name }) => name)).toEqual([nameOf(2), nameOf(2, "service")]);
  });

  test("leaves today, however large and however short the retention", () => {
    expect(planSpans([spans(0, 1e12)], { maxAgeMs: 1, maxBytes: 0 }, now)).toEqual([]);
  });

  test("deletes days of clocks that are wrong, and leaves tomorrow", () => {
    const plan = planSpans([spans(-1), spans(-2), spans(-30)], unlimited, now);
    expect(plan).toEqual([
      { name: nameOf(-2), reason: "future" },
      { name: nameOf(-30), reason: "future" },
    ]);
  });

  test("leaves indices whose names hold no day", () => {
    const names = ["jaeger-span-write", "jaeger-span-2026-13-45", "jaeger-span-2026-01-01-old", "other-2020-01-01"];
    expect(names.map(dayOf)).toEqual(names.map(() => undefined));
    expect(
      planSpans(
        names.map((name) => ({ name, bytes: 1e12 })),
        { maxAgeMs: 1, maxBytes: 0 },
        now,
      ),
    ).toEqual([]);
  });

  test("never deletes today, and ends under the limits or with nothing left to delete", () => {
    const anyDay = fc.record({ daysAgo: fc.integer({ min: -5, max: 60 }), bytes: fc.nat(1000) });
    const days = fc.uniqueArray(anyDay, { selector: ({ daysAgo }) => daysAgo });
    fc.assert(
      fc.property(days, fc.nat(40), fc.nat(20_000), (all, maxDays, maxBytes) => {
        const indices = all.map(({ daysAgo, bytes }) => spans(daysAgo, bytes));
        const gone = new Set(planSpans(indices, { maxAgeMs: maxDays * day, maxBytes }, now).map(({ name }) => name));
        expect(gone.has(nameOf(0))).toBe(false);
        const left = all.filter(({ daysAgo }) => !gone.has(nameOf(daysAgo)));
        const bytes = left.reduce((sum, one) => sum + one.bytes, 0);
        expect(bytes <= maxBytes || left.every(({ daysAgo }) => daysAgo <= 0)).toBe(true);
        expect(left.every(({ daysAgo }) => daysAgo <= maxDays + 1)).toBe(true);
      }),
    );
  });
});
