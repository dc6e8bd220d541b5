/**
 * Row L9: what becomes of log lines on their way to Elasticsearch while it fails in each way that it can, and beside it
 * what becomes of them with pino and pino-elasticsearch in the same harness. In full in test/long.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeResults, linesFor, outages, runOutages } from "./elasticsearch-outages.ts";
import type { Results } from "./elasticsearch-outages.ts";

const outageMs = 12_000;

let results: Results = new Map();
beforeAll(async () => {
  results = await runOutages(outageMs);
}, 240_000);
afterAll(() => console.info(describeResults(results)));

describe.each(Object.keys(outages))("L9 %s", (name) => {
  test("nothing is lost and nothing is there twice, and the service goes on", () => {
    const ours = results.get(name)?.ours;
    expect(ours?.verdict, ours?.stderr).toMatchObject({ acknowledged: linesFor(outageMs), lost: 0, duplicate: 0 });
    expect(ours?.ended).toBe("goes on");
  });
});

const total = Object.keys(outages).filter((name) => outages[name]?.isTotal);
test.each(total)("L9 %s: there is no more than one request in a second", (name) => {
  expect(results.get(name)?.ours.requestRate).toBeLessThanOrEqual(1);
});
