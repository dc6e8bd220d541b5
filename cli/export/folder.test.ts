import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeExport } from "./folder.ts";

const newFolder = () => join(mkdtempSync(join(tmpdir(), "obsbox-export-")), "out");
const [a, b] = [
  { path: "x/a.json", text: "a" },
  { path: "b.json", text: "b" },
];

test("a second export replaces what has changed, and removes what is no longer there", () => {
  const folder = newFolder();
  expect(writeExport(folder, [a, b])).toEqual({ changed: ["x/a.json", "b.json"], removed: [] });
  expect(writeExport(folder, [{ ...b, text: "c" }])).toEqual({ changed: ["b.json"], removed: ["x/a.json"] });
  expect(readdirSync(folder).toSorted()).toEqual([".obsbox-export", "b.json"]);
  expect(readFileSync(join(folder, "b.json"), "utf8")).toBe("c");
});

test("files that no export wrote are not written over, and nothing else is written then", () => {
  const folder = newFolder();
  writeExport(folder, [b]);
  writeFileSync(join(folder, "other.json"), "mine");
  expect(() => writeExport(folder, [a, { path: "other.json", text: "ours" }])).toThrow(
    /other\.json: not written by an export/,
  );
  expect(readdirSync(folder).toSorted()).toEqual([".obsbox-export", "b.json", "other.json"]);
});

test("files that somebody changed are neither replaced nor removed", () => {
  const folder = newFolder();
  writeExport(folder, [a, b]);
  writeFileSync(join(folder, "b.json"), "mine");
  expect(() => writeExport(folder, [a, { ...b, text: "new" }])).toThrow(/changed since/);
  expect(writeExport(folder, [a]).removed).toEqual([]);
  expect(readFileSync(join(folder, "b.json"), "utf8")).toBe("mine");
});

test("nothing outside of the folder is removed, whatever its list says", () => {
  const folder = newFolder();
  writeExport(folder, [a]);
  const outside = join(folder, "../outside");
  writeFileSync(outside, "mine");
  const list = JSON.parse(readFileSync(join(folder, ".obsbox-export"), "utf8"));
  // The digest of "mine", as an export of it has it.
  writeExport(join(folder, "../other"), [{ path: "outside", text: "mine" }]);
  const digest = JSON.parse(readFileSync(join(folder, "../other/.obsbox-export"), "utf8")).outside;
  writeFileSync(join(folder, ".obsbox-export"), JSON.stringify({ ...list, "../outside": digest }));
  expect(writeExport(folder, [a]).removed).toEqual([]);
  expect(readFileSync(outside, "utf8")).toBe("mine");
});
