import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { isServiceThread } from "./service-threads.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "threads-")));
const [, program = ""] = process.argv;

afterEach(() => void (process.argv[1] = program));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["src/compute.js", "shop", true],
  ["node_modules/piscina/dist/worker.js", "piscina", true],
  ["node_modules/thread-stream/lib/worker.js", "thread-stream", false],
  ["node_modules/typescript/lib/worker.js", "typescript", false],
])("a thread that runs %s of %s: %s", (file, name, isObserved) => {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  writeFileSync(join(dirname(path), "package.json"), JSON.stringify({ name }));
  process.argv[1] = path;
  expect(isServiceThread()).toBe(isObserved);
});

test.each(["[worker eval]", join(import.meta.dirname, "logs/logger.ts")])("a thread that runs %s is none", (path) => {
  process.argv[1] = path;
  expect(isServiceThread()).toBe(false);
});
