import { expect, test } from "vitest";
import { register, startProgram } from "../helpers/run-program.ts";
import { adminUrl, samplesOf, scrape, scrapeText } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

test("100,000 label sets on one metric make 2,000 series and one that takes the rest", async () => {
  await using program = startProgram("flood-app.mjs", { flags: register });
  await program.port();
  await adminUrl(program);
  await scrapeText(program);
  const began = performance.now();
  const body = await scrapeText(program);
  const scrapeMs = performance.now() - began;
  const samples = await scrape(program);
  const series = samplesOf(samples, "flood_duration_seconds_count");
  expect(series).toHaveLength(2001);
  expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(100_000);
  expect(
    samplesOf(samples, "obsbox_metric_overflow_total").some(({ labels }) => labels["instrument"] === "flood.duration"),
  ).toBe(true);
  const longest = await waitFor("the longest turn", () =>
    program.lines().findLast(({ longestMs }) => longestMs !== undefined),
  );
  const seen = {
    scrapeMs: Math.round(scrapeMs),
    bytes: body.length,
    longestTurnMs: Math.round(Number(longest["longestMs"])),
  };
  console.log(`100,000 label sets: ${JSON.stringify(seen)}`);
  // A busy machine is slower; the figures are in docs/reliability.md.
  expect(seen.bytes).toBeLessThan(8e6);
  expect(seen.scrapeMs).toBeLessThan(5000);
});
