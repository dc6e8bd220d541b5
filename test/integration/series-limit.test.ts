import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MetricSample } from "../../stack/embedded/records.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

const limit = 20;

/** Series that count what happened, by the name of their instrument. */
const counts = [
  ["lookups", "lookups_total"],
  ["plain.lookups", "plain_lookups_total"],
  ["plain.up", "plain_up"],
  ["lookup.duration", "lookup_duration_seconds_count"],
  ["plain.duration", "plain_duration_seconds_count"],
] as const;
const gauges = ["lookup_size", "plain_size"];

let program: Program;
let service: string;

beforeEach(async () => {
  program = startProgram("limited-app.mjs", { flags: register, env: { OBSBOX_METRICS_SERIES_LIMIT: String(limit) } });
  service = `http://127.0.0.1:${await program.port()}`;
});
afterEach(() => program[Symbol.asyncDispose]());

describe("more label sets than the limit", () => {
  test("at once make as many series as the limit and one overflow series, which keeps the totals", async () => {
    await lookUp(0, 50);
    const samples = await scrape(program);
    for (const [, name] of counts) {
      const series = samplesOf(samples, name);
      expect([name, isOverflow(series.at(-1)), series.length, sum(series)]).toEqual([name, true, limit + 1, 50]);
    }
    for (const name of gauges) expect(samplesOf(samples, name)).toHaveLength(limit + 1);
  });

  test("one by one between scrapes make no more series, and the totals are kept", async () => {
    for (let first = 0; first < 100; first += 10) {
      await lookUp(first, 10);
      const samples = await scrape(program);
      for (const [, name] of counts) {
        const series = samplesOf(samples, name);
        const expected = Math.min(first + 10, limit + 1);
        expect([name, series.length, sum(series)]).toEqual([name, expected, first + 10]);
      }
      for (const name of gauges) expect(samplesOf(samples, name).length).toBeLessThanOrEqual(limit + 1);
    }
  });

  test("leave the series that were first their own", async () => {
    await lookUp(0, 50);
    await scrape(program);
    await lookUp(0, 5);
    const samples = await scrape(program);
    for (const [, name] of counts) {
      const doubled = samplesOf(samples, name).filter(({ value }) => value === 2);
      expect(doubled.map(({ labels }) => labels["id"])).toEqual(["0", "1", "2", "3", "4"]);
    }
  });

  test("are counted by instrument, and the first is said once with what to look for", async () => {
    await lookUp(0, limit);
    expect(samplesOf(await scrape(program), "obsbox_metric_overflow_total")).toEqual([]);
    await lookUp(limit, 5);
    await scrape(program);
    const overflows = samplesOf(await scrape(program), "obsbox_metric_overflow_total");
    const instruments = [...counts.map(([instrument]) => instrument), "lookup.size", "plain.size"];
    expect(new Set(overflows.map(({ labels }) => labels["instrument"]))).toEqual(new Set(instruments));
    expect(overflows.every(({ value }) => value > 0)).toBe(true);
    const [warning = "", ...others] = program.stderr().trimEnd().split("\n");
    expect(warning).toMatch(/^obsbox: metric .*; look for a label with unbounded values \[series-limit\]$/);
    expect(instruments).toContain(/metric (\S+) has too many series/.exec(warning)?.[1]);
    expect(others).toEqual([]);
  });
});

test("the limit holds for routes too", async () => {
  for (let page = 0; page < 30; page++) await fetch(`${service}/pages/${page}`);
  const series = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
  expect([isOverflow(series.at(-1)), series.length, sum(series)]).toEqual([true, limit + 1, 30]);
});

async function lookUp(first: number, count: number): Promise<void> {
  const response = await fetch(`${service}/lookups/${first}/${count}`);
  expect(response.status).toBe(200);
}

function isOverflow(sample: MetricSample | undefined): boolean {
  return sample?.labels["otel_metric_overflow"] === "true";
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
