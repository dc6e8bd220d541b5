import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { exampleLog, exampleSpan, openExampleStore } from "../example-records.ts";
import { openDatabase } from "./database.ts";
import type { StoredLog } from "./logs.ts";

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-store-"));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  vi.useRealTimers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test("a window in a folder is there again when the box is", () => {
  const folder = join(newFolder(), "made", "anew");
  const first = openExampleStore({ folder });
  first.addLogs([exampleLog({ message: "kept" })]);
  first.close();
  const second = openExampleStore({ folder });
  expect(second.tables.logs.search({ limit: 5 })).toMatchObject([{ message: "kept" }]);
  second.close();
});

test("a window of another version is thrown away", () => {
  const folder = newFolder();
  const first = openExampleStore({ folder });
  first.addLogs([exampleLog()]);
  first.close();
  const database = openDatabase(folder);
  database.exec("PRAGMA user_version = 99");
  database.close();
  const second = openExampleStore({ folder });
  expect(second.tables.logs.search({ limit: 5 })).toEqual([]);
  second.close();
});

test("where the folder cannot be used the window is in memory, and says so", () => {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  const store = openExampleStore({ folder: file });
  store.addLogs([exampleLog()]);
  expect(store.tables.logs.search({ limit: 5 })).toHaveLength(1);
  expect(store.status().memoryOnly).toContain(file);
  store.close();
});

test("what comes in waits for a moment, and is told to listeners as it is written", () => {
  vi.useFakeTimers();
  const store = openExampleStore();
  const told: StoredLog[] = [];
  const stop = store.onLogs((records) => void told.push(...records));
  store.addLogs([exampleLog()]);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toMatchObject([{ id: 1, message: "hello" }]);
  stop();
  store.addLogs([exampleLog()]);
  store.write();
  expect(told).toHaveLength(1);
  store.close();
});

test("thousands of records are written at once", () => {
  const store = openExampleStore();
  store.addSpans(Array.from({ length: 4000 }, () => exampleSpan()));
  expect(store.status().spans).toBe(4000);
  store.close();
});

test("a paused window takes nothing; a cleared one is empty and takes everything", () => {
  const store = openExampleStore();
  store.addLogs([exampleLog({ message: "before" })]);
  store.pause(true);
  store.addLogs([exampleLog({ message: "paused" })]);
  expect(store.tables.logs.search({ limit: 5 })).toMatchObject([{ message: "before" }]);
  store.clear();
  store.addLogs([exampleLog({ message: "after" })]);
  expect(store.tables.logs.search({ limit: 5 })).toMatchObject([{ message: "after" }]);
  expect(store.status()).toMatchObject({ isPaused: false, logs: 1, spans: 0 });
  store.close();
});

test("what cannot be written is counted, said once, and tried again later", () => {
  vi.useFakeTimers();
  const said: (string | undefined)[] = [];
  const store = openExampleStore({ onTrouble: (reason) => void said.push(reason) });
  const unwritable = exampleSpan({ kind: 0.5 });
  store.addSpans([unwritable, exampleSpan()]);
  store.write();
  store.addSpans([exampleSpan()]);
  store.write();
  expect(said).toEqual([expect.stringContaining("kind")]);
  expect(store.status()).toMatchObject({ dropped: 3, spans: 0, trouble: said[0] });
  vi.advanceTimersByTime(5001);
  store.addSpans([exampleSpan()]);
  expect(store.tables.spans.search({ limit: 5 }).traces).toHaveLength(1);
  expect(said).toHaveLength(2);
  expect(store.status()).toMatchObject({ dropped: 3, spans: 1, trouble: undefined });
  store.close();
});

test("a loaded window stays whatever its age, until it is cleared", async () => {
  vi.useFakeTimers();
  const store = openExampleStore({ maxAgeMs: 1000 });
  store.startLoading();
  store.load({ spans: [exampleSpan({ startUs: 1000 })] });
  await vi.advanceTimersByTimeAsync(20_000);
  store.addSpans([exampleSpan()]);
  expect(store.tables.spans.search({ limit: 5 }).traces).toHaveLength(1);
  store.clear();
  store.addSpans([exampleSpan({ startUs: 1000 })]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(store.tables.spans.search({ limit: 5 }).traces).toHaveLength(0);
  store.close();
});
