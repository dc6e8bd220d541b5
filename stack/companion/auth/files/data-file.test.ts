import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataFile } from "./data-file.ts";
import { listOf } from "./fields.ts";

let folder: string;
let path: string;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-data-"));
  path = join(folder, "data/list.json");
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () =>
  openDataFile<readonly unknown[]>({
    path,
    empty: [],
    parse: (json) => listOf(json, "the file"),
    format: (content) => content,
    onProblem: (message) => void problems.push(message),
  });

test("what one writes another reads, and only the owner may", async () => {
  const [one, other] = [open(), open()];
  expect(await one.change((list) => [[...list, "a"], list.length])).toBe(0);
  expect(other.read()).toEqual(["a"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(["a"]);
});

test("changes at the same time are all there", async () => {
  const files = Array.from({ length: 5 }, open);
  await Promise.all(files.map((file, n) => file.change((list) => [[...list, n], undefined])));
  expect(open().read()).toHaveLength(5);
  expect(new Set(open().read())).toEqual(new Set([0, 1, 2, 3, 4]));
});

test("a change waits for another process that holds the lock, and then begins with what that one wrote", async () => {
  const file = open();
  await file.change(() => [["before"], undefined]);
  const other = new DatabaseSync(`${path}.lock`);
  other.exec("BEGIN IMMEDIATE");
  const changed = file.change((list) => [[...list, "after"], undefined]);
  expect(await Promise.race([changed, pause(50, "waits")])).toBe("waits");
  writeFileSync(path, '["from elsewhere"]');
  other.close();
  await changed;
  expect(open().read()).toEqual(["from elsewhere", "after"]);
});

test("a change that gives the same content back, or fails, leaves the file alone", async () => {
  const file = open();
  await file.change((list) => [list, undefined]);
  expect(existsSync(path)).toBe(false);
  await expect(
    file.change(() => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await file.change((list) => [[...list, 1], "free again"])).toBe("free again");
});

test("a content that cannot be read is said once and the one before stays; a change refuses to overwrite it", async () => {
  const file = open();
  await file.change(() => [["good"], undefined]);
  writeFileSync(path, "{");
  expect([file.read(), file.read()]).toEqual([["good"], ["good"]]);
  expect(problems).toEqual([expect.stringContaining("list.json cannot be used")]);
  await expect(file.change((list) => [list, undefined])).rejects.toThrow("cannot be used");
  writeFileSync(path, '["mended"]');
  expect(file.read()).toEqual(["mended"]);
  writeFileSync(path, "{}");
  expect(open).toThrow("the file is not a list");
});
