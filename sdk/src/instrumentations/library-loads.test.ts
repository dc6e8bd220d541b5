import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { onLibraryLoad } from "./library-loads.ts";
import type { LoadedFile } from "./library-loads.ts";

let folder: string;
/** Another one for each test: what was loaded once stays known. */
let lib: string;
let count = 0;
let stops: (() => void)[];

/** Files of a library that requires itself in a circle, its deepest part first. */
const library = {
  "package.json": `{ "name": "lib", "version": "2.1.0", "main": "./lib" }`,
  "lib/index.js": `exports.first = require("./first"); exports.sub = require("./sub"); require("./data.json");`,
  "lib/first.js": `const second = require("./second"); exports.second = second; exports.isWhole = true;`,
  "lib/second.js": `exports.first = require("./first"); exports.isWhole = true;`,
  "lib/sub/index.js": `exports.isWhole = true;`,
  "lib/data.json": `{}`,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-loads-"));
  stops = [];
  lib = `lib-${(count += 1)}`;
  write(lib, library);
  write("other", { "index.js": "exports.isOther = true;" });
});
afterEach(() => {
  for (const stop of stops) stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, "node_modules", name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function listen(...libraries: string[]): LoadedFile[] {
  const files: LoadedFile[] = [];
  stops.push(onLibraryLoad(libraries, (file) => files.push(file)));
  return files;
}

const requireThere = () => createRequire(join(folder, "app.js"));
const named = (files: readonly LoadedFile[]) => files.map(({ name, isEntry }) => [name, isEntry]);

const all = () => [
  [`${lib}/lib/second.js`, false],
  [`${lib}/lib/first.js`, false],
  [`${lib}/lib/sub/index.js`, false],
  [`${lib}/lib/data.json`, false],
  [`${lib}/lib/index.js`, true],
];

test("every file of a library is told once, whole, with its version", () => {
  const files = listen(lib);
  requireThere()(lib);
  requireThere()(lib);
  requireThere()("other");
  expect(named(files)).toEqual(all());
  expect(files.map(({ version }) => version)).toEqual(all().map(() => "2.1.0"));
  expect(files[1]?.exports).toMatchObject({ isWhole: true, second: { isWhole: true } });
});

test("an imported library is told like a required one", async () => {
  const files = listen(lib);
  await import(/* @vite-ignore */ pathToFileURL(join(folder, "node_modules", lib, "lib/index.js")).href);
  expect(named(files)).toEqual(all());
});

test("a library with a scope is told by its whole name", () => {
  write("@scope/part", {
    "package.json": `{ "version": "1.0.0" }`,
    "index.js": `require("./deep/file");`,
    "deep/file.js": "",
  });
  const files = listen("@scope/part");
  requireThere()("@scope/part");
  expect(named(files)).toEqual([
    ["@scope/part/deep/file.js", false],
    ["@scope/part/index.js", true],
  ]);
});

test("who listens later gets what was loaded, and who has stopped nothing more", () => {
  const stopped = listen(lib);
  requireThere()(`${lib}/lib/sub`);
  stops[0]?.();
  const later = listen(lib);
  requireThere()(lib);
  expect(named(stopped)).toEqual([[`${lib}/lib/sub/index.js`, false]]);
  const [second, first, sub, data, entry] = all();
  expect(named(later)).toEqual([sub, second, first, data, entry]);
});
