/** Row L9 in full: two minutes of each way in which Elasticsearch fails. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeResults, linesFor, outages, runOutages } from "../reliability/elasticsearch-outages.ts";
import type { Results } from "../reliability/elasticsearch-outages.ts";

const outageMs = 120_000;

let results: Results = new Map();
beforeAll(async () => {
  results = await runOutages(outageMs);
}, 600_000);
afterAll(() => console.info(describeResults(results)));

describe.each(Object.keys(outages))("L9 for two minutes: %s", (name) => {
  test("nothing is lost and nothing is there twice, and the service goes on", () => {
    const ours = results.get(name)?.ours;
    expect(ours?.verdict, ours?.stderr).toMatchObject({ acknowledged: linesFor(outageMs), lost: 0, duplicate: 0 });
    expect(ours?.ended).toBe("goes on");
  });
});
