import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyFiles, markedText, planFiles, restoreFiles } from "./files.ts";

const topic = (name: string, expr = "up == 0") => ({
  name,
  groups: [{ name, settings: {}, rules: [{ alert: "A", expr }] }],
});
const usual = { overwrite: false, prune: false, problems: new Map<string, string>() };
const newFolder = () => mkdtempSync(join(tmpdir(), "obsbox-rules-dir-"));
const resultsOf = (folder: string, topics: readonly ReturnType<typeof topic>[], choice = usual) =>
  planFiles(folder, topics, choice).map(({ name, result }) => `${name} ${result}`);
const apply = (folder: string, topics: readonly ReturnType<typeof topic>[], choice = usual) =>
  applyFiles(planFiles(folder, topics, choice));
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test("a file is made, left alone while nothing changes, and updated", () => {
  const folder = newFolder();
  expect(resultsOf(folder, [topic("a")])).toEqual(["obsbox-a.yml created"]);
  apply(folder, [topic("a")]);
  expect(resultsOf(folder, [topic("a")])).toEqual(["obsbox-a.yml unchanged"]);
  expect(resultsOf(folder, [topic("a", "up == 1")])).toEqual(["obsbox-a.yml updated"]);
});

test("a file that somebody changed is kept, and replaced only when it is asked for", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "obsbox-a.yml"), `${markedText(topic("a"))}# mine\n`);
  expect(resultsOf(folder, [topic("a", "up == 1")])).toEqual(["obsbox-a.yml kept"]);
  expect(resultsOf(folder, [topic("a", "up == 1")], { ...usual, overwrite: true })).toEqual(["obsbox-a.yml updated"]);
});

test("a file of somebody else is refused, also when everything is to be replaced", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "obsbox-a.yml"), "groups: []\n");
  expect(resultsOf(folder, [topic("a")], { ...usual, overwrite: true })).toEqual(["obsbox-a.yml refused"]);
});

test("pruning removes files of ours that are not chosen any more, and no others", () => {
  const folder = newFolder();
  apply(folder, [topic("a"), topic("b"), topic("c")]);
  writeFileSync(join(folder, "obsbox-c.yml"), `${markedText(topic("c"))}# mine\n`);
  writeFileSync(join(folder, "obsbox-foreign.yml"), "groups: []\n");
  writeFileSync(join(folder, "other.yml"), "groups: []\n");
  const prune = { ...usual, prune: true };
  expect(resultsOf(folder, [topic("a")], prune)).toEqual([
    "obsbox-a.yml unchanged",
    "obsbox-b.yml removed",
    "obsbox-c.yml kept",
  ]);
  apply(folder, [topic("a")], prune);
  expect(readdirSync(folder).toSorted()).toEqual(["obsbox-a.yml", "obsbox-c.yml", "obsbox-foreign.yml", "other.yml"]);
});

test("everything is put back as it was", () => {
  const folder = newFolder();
  apply(folder, [topic("old"), topic("a")]);
  const before = contents(folder);
  const steps = planFiles(folder, [topic("a", "up == 1"), topic("new")], { ...usual, prune: true });
  applyFiles(steps);
  expect(Object.keys(contents(folder)).toSorted()).toEqual(["obsbox-a.yml", "obsbox-new.yml"]);
  restoreFiles(steps);
  expect(contents(folder)).toEqual(before);
});

test("what is no folder is refused", () => {
  expect(() => planFiles("/nowhere/rules", [topic("a")], usual)).toThrow("--rules-dir: /nowhere/rules is no folder");
});
