import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

test("a limit gives its share at once, and then one after the other as time goes by", () => {
  let now = 0;
  const take = createRateLimit(3, 60_000, () => now);
  const takeFive = () => Array.from({ length: 5 }, take).filter(Boolean).length;
  expect(takeFive()).toBe(3);
  now = 20_000;
  expect(takeFive()).toBe(1);
  now = 10_000_000;
  expect(takeFive()).toBe(3);
});

test("whatever the times, no period gets more than two shares", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), pauses, (share, waits) => {
      let now = 0;
      const take = createRateLimit(share, 60_000, () => now);
      const taken = waits.flatMap((wait) => {
        now += wait;
        return take() ? [now] : [];
      });
      for (const start of taken) {
        expect(taken.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(2 * share);
      }
    }),
  );
});
