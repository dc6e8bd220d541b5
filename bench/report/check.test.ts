import { describe, expect, test } from "vitest";
import { shortfalls } from "./check.ts";

const committed = { "obsbox-same": { "hello, requests": { median: 0.6, lowest: 0.5, highest: 0.7 } } };
const measured = (median: number) => ({
  "obsbox-same": { "hello, requests": { median, lowest: median, highest: median } },
});

describe("a median is a shortfall", () => {
  test("when it is below the whole spread of the committed run", () => {
    expect(shortfalls(committed, measured(0.49))).toEqual([
      "obsbox-same: hello, requests, of bare: 0.49, committed is 0.60, and down to 0.50 would be noise",
    ]);
  });

  test("not within the spread, and not when it is better", () => {
    expect([shortfalls(committed, measured(0.51)), shortfalls(committed, measured(0.9))]).toEqual([[], []]);
  });

  test("only beyond a tenth, however narrow the spread was", () => {
    const narrow = { "obsbox-same": { "hello, requests": { median: 0.6, lowest: 0.6, highest: 0.6 } } };
    expect(shortfalls(narrow, measured(0.55))).toEqual([]);
    expect(shortfalls(narrow, measured(0.53))).toHaveLength(1);
  });
});

test("a run that can be compared with nothing does not pass", () => {
  expect(shortfalls({}, measured(0.6))).toEqual(["nothing was measured that has a committed ratio"]);
});
