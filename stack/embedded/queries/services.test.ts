import { expect, test } from "vitest";
import { exampleSpan, openExampleStore } from "../example-records.ts";
import { summarizeServices } from "./services.ts";

const second = 1_000_000;
const toUs = Math.floor(Date.now() / 10_000) * 10 * second;
const range = { fromUs: toUs - 300 * second, toUs };

test("a service has its requests, their rate since the first, its share of errors and its durations", () => {
  const store = openExampleStore();
  const at = (ago: number, fields = {}) => exampleSpan({ startUs: toUs - ago * second, ...fields });
  store.addSpans([
    ...Array.from({ length: 98 }, () => at(100, { durationUs: 10_000 })),
    at(45, { durationUs: 500_000, status: 2 }),
    at(5, { durationUs: 500_000, status: 2 }),
    at(5, { kind: 3 }),
    at(400),
  ]);
  const [shop] = summarizeServices(store, range);
  expect(shop).toMatchObject({ name: "shop", requests: 100, errorRatio: 0.02 });
  expect(shop?.rate).toBeCloseTo(100 / 100, 10);
  for (const [found, exact] of [
    [shop?.p50Ms, 10],
    [shop?.p95Ms, 10],
    [shop?.p99Ms, 500],
  ] as const)
    expect(Math.abs((found ?? 0) - exact) / exact).toBeLessThanOrEqual(0.05);
  expect(shop?.history).toHaveLength(30);
  expect(
    shop?.history.flatMap((part, index) => (part.requests === 0 ? [] : [[index, part.requests, part.errors]])),
  ).toEqual([
    [20, 98, 0],
    [25, 1, 1],
    [29, 1, 1],
  ]);
});

test("services are in the order of their names, those without requests too", () => {
  const store = openExampleStore();
  const names = ["shop", "Älter", "cart"];
  store.addSpans(names.map((name) => exampleSpan({ kind: 1, startUs: toUs, resource: { "service.name": name } })));
  const found = summarizeServices(store, range);
  expect(found.map(({ name }) => name)).toEqual(["cart", "shop", "Älter"]);
  expect(found[0]).toMatchObject({ requests: 0, rate: 0, errorRatio: 0, p50Ms: 0, p99Ms: 0 });
});
