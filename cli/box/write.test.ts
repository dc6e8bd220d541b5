import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder, readIfThere, writeIfChanged, writeWhole } from "./write.ts";

let folder = "";
let umask = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-write-"));
  umask = process.umask();
});
afterEach(() => void process.umask(umask));

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test.each([
  ["a umask that closes everything", 0o777],
  ["a umask that closes nothing", 0],
])("files and folders have the mode that was asked for with %s", (_what, mask) => {
  process.umask(mask);
  writeWhole(join(folder, "secret"), "x", 0o600);
  writeWhole(join(folder, "public"), "x", 0o644);
  makeFolder(join(folder, "closed"), 0o700);
  makeFolder(join(folder, "above/below"), 0o2770);
  process.umask(umask);
  expect(["secret", "public", "closed", "above", "above/below"].map((name) => modeOf(join(folder, name)))).toEqual([
    "600",
    "644",
    "700",
    "755",
    "2770",
  ]);
});

test("a folder that is there keeps its mode", () => {
  makeFolder(join(folder, "mine"), 0o711);
  expect(makeFolder(join(folder, "mine"), 0o700)).toBe(false);
  expect(modeOf(join(folder, "mine"))).toBe("711");
});

test("a file is replaced whole, and nothing is left beside it", () => {
  const path = join(folder, "file");
  writeWhole(path, "long content", 0o644);
  writeWhole(path, "new", 0o600);
  expect([readFileSync(path, "utf8"), modeOf(path), readdirSync(folder)]).toEqual(["new", "600", ["file"]]);
});

test("what has the content already is not written", () => {
  const path = join(folder, "file");
  expect([
    writeIfChanged(path, "a", 0o600),
    writeIfChanged(path, "a", 0o600),
    writeIfChanged(path, "b", 0o600),
  ]).toEqual([true, false, true]);
});

test("a file that is not there has no content", () => {
  expect(readIfThere(join(folder, "none"))).toBeUndefined();
  writeWhole(join(folder, "file"), "x", 0o600);
  expect(readIfThere(join(folder, "file/below"))).toBeUndefined();
  expect(() => readIfThere(folder)).toThrow("EISDIR");
});
