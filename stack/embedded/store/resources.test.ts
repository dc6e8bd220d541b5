import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { createResourceTable } from "./resources.ts";

let database: Database;
beforeEach(() => {
  database = openDatabase(undefined);
  vi.useFakeTimers();
});
afterEach(() => {
  database.close();
  vi.useRealTimers();
});

test("a resource has one number, in whatever order its attributes come, also when it is read from the file", () => {
  const resources = createResourceTable(database);
  const id = resources.idOf({ "service.name": "shop", "service.version": "1" });
  expect(resources.idOf({ "service.version": "1", "service.name": "shop" })).toBe(id);
  expect(createResourceTable(database).idOf({ "service.name": "shop", "service.version": "1" })).toBe(id);
  expect(resources.idOf({ "service.name": "shop", "service.version": "2" })).not.toBe(id);
  expect(resources.get(id)).toEqual({ "service.name": "shop", "service.version": "1" });
  expect(resources.get(99)).toBeUndefined();
});

test("a service is there as long as it sends, also when it is the same object every time", () => {
  const resources = createResourceTable(database);
  const resource = { "service.name": "shop" };
  resources.idOf(resource);
  resources.touch();
  vi.advanceTimersByTime(60_000);
  resources.idOf(resource);
  resources.touch();
  expect(resources.services(Date.now() * 1000)).toMatchObject([{ name: "shop", lastUs: Date.now() * 1000 }]);
});

test("a service has its versions and the number of its instances", () => {
  const resources = createResourceTable(database);
  for (const [version, instance] of [
    ["2", "a"],
    ["1", "b"],
    ["1", "c"],
  ])
    resources.idOf({ "service.name": "shop", "service.version": version ?? "", "service.instance.id": instance ?? "" });
  resources.idOf({ "service.name": "cart" });
  expect(resources.services(0)).toMatchObject([
    { name: "cart", versions: [], instances: 0 },
    { name: "shop", versions: ["1", "2"], instances: 3 },
  ]);
});

test("services that tell where their metrics are can be scraped, the ones seen last first", () => {
  const resources = createResourceTable(database);
  const first = { "service.name": "first", "obsbox.admin.url": "http://127.0.0.1:1" };
  const second = { "service.name": "second", "obsbox.admin.url": "http://127.0.0.1:2" };
  resources.idOf(first);
  resources.idOf({ "service.name": "none", "obsbox.admin.url": "" });
  vi.advanceTimersByTime(1000);
  resources.idOf(second);
  expect(resources.scrapeTargets().map(({ url, resource }) => [url, resource])).toEqual([
    ["http://127.0.0.1:2", second],
    ["http://127.0.0.1:1", first],
  ]);
});
