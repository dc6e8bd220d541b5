import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contentOf } from "../preflight/volumes.ts";
import { makeArchive } from "./archive.ts";

const files = [
  { name: "report/empty.txt", text: "" },
  { name: "report/umlaut.txt", text: "größer\n" },
  { name: "report/block.txt", text: "x".repeat(512) },
  { name: "report/long.txt", text: "line\n".repeat(10_000) },
];

test("tar unpacks what was packed", () => {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-archive-"));
  writeFileSync(join(folder, "a.tar.gz"), makeArchive(files));
  expect(execFileSync("tar", ["-tzf", "a.tar.gz"], { cwd: folder, encoding: "utf8" }).trim().split("\n")).toEqual(
    files.map(({ name }) => name),
  );
  execFileSync("tar", ["-xzf", "a.tar.gz"], { cwd: folder });
  for (const { name, text } of files) expect(readFileSync(join(folder, name), "utf8")).toBe(text);
});

test("the one file of an archive of tar is read", () => {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-archive-"));
  writeFileSync(join(folder, "secret"), "value\n");
  const archive = execFileSync("tar", ["-cf", "-", "secret"], { cwd: folder, encoding: "latin1" });
  expect([contentOf(archive), contentOf("")]).toEqual(["value", undefined]);
});
