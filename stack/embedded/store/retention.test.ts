import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addSamples, exampleLog, exampleSpan, openExampleStore } from "../example-records.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { cutTime, deleteStep, oldestTime, tidy, usedBytes } from "./retention.ts";
import { createLogTable } from "./logs.ts";
import { createResourceTable } from "./resources.ts";
import { createServiceStatsTable } from "./service-stats.ts";
import { createSpanTable } from "./spans.ts";

const second = 1_000_000;
const day = 86_400_000;

/** So many seconds before now, the oldest first. */
function past(seconds: number): number[] {
  return Array.from({ length: seconds }, (_, index) => seconds - index);
}

describe("of a file", () => {
  let database: Database;
  beforeEach(() => {
    database = openDatabase(undefined);
  });
  afterEach(() => database.close());

  /** Puts in one span and one log record for each of these seconds before now. */
  function fill(ages: readonly number[]): void {
    const resources = createResourceTable(database);
    const [spans, logs, stats] = [
      createSpanTable(database, resources),
      createLogTable(database, resources),
      createServiceStatsTable(database),
    ];
    const nowUs = Date.now() * 1000;
    database.exec("BEGIN");
    for (const age of ages) {
      const span = exampleSpan({ name: String(age), startUs: nowUs - age * second });
      const id = resources.idOf(span.resource);
      spans.insert(span, id);
      stats.count(span);
      logs.insert(exampleLog({ message: `age ${age} ${"x".repeat(500)}`, timeUs: span.startUs }), id);
    }
    stats.write();
    database.exec("COMMIT");
  }

  function ages(): number[] {
    return [...createSpanTable(database, createResourceTable(database)).all()].map(({ name }) => Number(name));
  }

  test("what is too old goes, and nothing else", async () => {
    fill([100, 61, 59, 30, 0]);
    await tidy(database, { maxAgeMs: 60_000, maxBytes: Infinity }, () => {});
    expect(ages()).toEqual([59, 30, 0]);
    const resources = createResourceTable(database);
    expect(createLogTable(database, resources).search({ text: "age", limit: 10 })).toHaveLength(3);
    expect(createServiceStatsTable(database).slices(0, Date.now() * 1000).length).toBeLessThanOrEqual(3);
    expect(oldestTime(database)).toBeGreaterThan((Date.now() - 60_000) * 1000);
  });

  test("what fits stays", () => {
    expect(cutTime(database, { maxAgeMs: 0, maxBytes: 0 })).toBeUndefined();
    fill([100, 0]);
    expect(cutTime(database, { maxAgeMs: 200_000, maxBytes: Infinity })).toBeUndefined();
  });

  test("when there is too much, the oldest goes until it fits, and not much more", async () => {
    fill(past(8000));
    const full = usedBytes(database);
    await tidy(database, { maxAgeMs: day, maxBytes: full * 0.8 }, () => {});
    const left = ages();
    expect(usedBytes(database)).toBeLessThanOrEqual(full * 0.8);
    expect(left.length).toBeGreaterThan(8000 * 0.6);
    expect(left).toEqual(past(left.length));
  });

  test("a step deletes a bounded number of rows and tells that there are more", () => {
    fill(Array.from({ length: 6000 }, () => 100));
    expect(deleteStep(database, Date.now() * 1000)).toBe(true);
    expect(ages()).toHaveLength(1000);
    expect(deleteStep(database, Date.now() * 1000)).toBe(false);
    expect(ages()).toHaveLength(0);
  });

  test.each([
    ["one record of the future, which came in last,", [...past(3000), -day]],
    ["one record of the future, which came in first,", [-day, ...past(6000)]],
    ["a clock that was ahead and has been put back", [...past(6000).map((age) => age - 9000), 3600, 10]],
    ["a service whose clock is ahead", past(3000).flatMap((age) => [age - 9000, age])],
  ])("%s does not cost the whole window", async (_what, given) => {
    fill(given);
    const maxBytes = usedBytes(database) * 0.7;
    await tidy(database, { maxAgeMs: day, maxBytes }, () => {});
    expect(usedBytes(database)).toBeLessThanOrEqual(maxBytes);
    expect(ages().length).toBeGreaterThan(900);
  });
});

describe("of a store", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("a service that comes back after all of it was deleted is known by its name again", async () => {
    const store = openExampleStore({ maxAgeMs: 30_000 });
    const resource = { "service.name": "shop" };
    const add = () => {
      const timeUs = Date.now() * 1000;
      store.addSpans([exampleSpan({ resource: { ...resource }, startUs: timeUs })]);
      store.addLogs([exampleLog({ resource, timeUs })]);
      addSamples(store, ["load", "gauge"], timeUs, [{ value: 1 }]);
      store.write();
    };
    add();
    await vi.advanceTimersByTimeAsync(50_000);
    expect(store.tables.metrics.families()).toEqual([]);
    add();
    expect(store.tables.spans.search({ limit: 5, service: "shop" }).traces).toMatchObject([{ service: "shop" }]);
    expect(store.tables.logs.search({ limit: 5, service: "shop" })).toMatchObject([{ resource }]);
    expect(store.tables.metrics.families()).toMatchObject([{ name: "load", series: 1 }]);
    store.close();
  });
});
