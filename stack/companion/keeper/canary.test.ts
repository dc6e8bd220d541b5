import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startRecording } from "@obsbox/sdk/testing";
import type { RecordedTelemetry } from "@obsbox/sdk/testing";
import type { Client } from "../elasticsearch/client.ts";
import { createCanary, lostLines, postponed } from "./canary.ts";

let telemetry: RecordedTelemetry;
beforeAll(() => {
  telemetry = startRecording({ serviceName: "obsbox-keeper" });
});
beforeEach(() => telemetry.clear());
afterAll(() => telemetry.shutdown());

const settings = { lookMs: 30, everyMs: 5, lostMs: 0, graceMs: 0 };

/** Elasticsearch as far as the canary sees it. */
function searching(search: () => readonly string[]): Client {
  const answer = () => ({ hits: { hits: search().map((id) => ({ fields: { "labels.canary_id": [id] } })) } });
  const client: Client = {
    request: async () => answer(),
    find: async () => undefined,
    as: () => client,
    close: () => {},
  };
  return client;
}

const written = () =>
  telemetry.logs().flatMap((line) => (typeof line["labels.canary_id"] === "string" ? [line["labels.canary_id"]] : []));
const { signal } = new AbortController();

describe("the log canary", () => {
  test("counts from its start, so that one that never finds a line is noticed", async () => {
    const before = Date.now() / 1000;
    createCanary(
      searching(() => []),
      settings,
    );
    expect(await telemetry.value("obsbox_canary_last_found_timestamp_seconds")).toBeGreaterThanOrEqual(before);
  });

  test("writes a line of its own each time and is content when it is found", async () => {
    const run = createCanary(searching(written), { ...settings, lostMs: 60_000 });
    await run(signal);
    await run(signal);
    expect(new Set(written()).size).toBe(2);
    expect(await telemetry.value("obsbox_canary_delivery_seconds_count")).toBe(2);
  });

  test("fails when its line is not found in time, and finds it the next time", async () => {
    let visible: readonly string[] = [];
    const run = createCanary(
      searching(() => visible),
      { ...settings, lostMs: 60_000 },
    );
    await expect(run(signal)).rejects.toThrow("a log line is not found after 0.03 s");
    const before = (await telemetry.value("obsbox_canary_delivery_seconds_count")) ?? 0;
    visible = written();
    await expect(run(signal)).rejects.toThrow("not found");
    expect(await telemetry.value("obsbox_canary_delivery_seconds_count")).toBe(before + 1);
  });

  test("counts a line that never comes as lost, and says so", async () => {
    const run = createCanary(
      searching(() => []),
      settings,
    );
    const before = (await telemetry.value("obsbox_canary_lost_total")) ?? 0;
    await run(signal).catch(() => {});
    expect(await telemetry.value("obsbox_canary_lost_total")).toBe(before + 1);
    expect(telemetry.logs().at(-1)).toMatchObject({ message: "a log line was lost on its way to Elasticsearch" });
  });

  test("does not count the time in which Elasticsearch did not answer", () => {
    const line = { writtenMs: 0, lostAtMs: 100 };
    expect(postponed(line, 90, 50)).toEqual({ writtenMs: 0, lostAtMs: 140 });
    expect(postponed(line, 10, 50)).toEqual(line);
    const waiting = new Map([
      ["old", line],
      ["new", { writtenMs: 90, lostAtMs: 190 }],
    ]);
    expect(lostLines(waiting, 99)).toEqual([]);
    expect(lostLines(waiting, 100)).toEqual(["old"]);
  });
});
