/**
 * Agents of others, as users install them: each in a folder of its own, from the lock file of
 * `test/fixtures/foreign/<agent>`. They come from the npm registry on first use and stay in the cache of `node_modules`,
 * where programs find Express, pino and `@obsbox/sdk` too.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { fixtures, root } from "./run-program.ts";

const run = promisify(execFile);
const pending = new Map<string, Promise<string>>();

/** Gives the folder with an agent, its programs beside it; skips the test, and says why, where it cannot be had. */
export async function foreignAgent(name: string, { skip }: Pick<TestContext, "skip">): Promise<string> {
  const installing = pending.get(name) ?? install(name);
  pending.set(name, installing);
  try {
    return await installing;
  } catch (error) {
    return skip(`${name} cannot be had from the npm registry: ${String(error)}`);
  }
}

async function install(name: string): Promise<string> {
  const source = join(fixtures, "foreign", name);
  const hash = createHash("sha256")
    .update(readFileSync(join(source, "package-lock.json")))
    .digest("hex")
    .slice(0, 12);
  const folder = join(root, "node_modules/.cache/obsbox-foreign", `${name}-${hash}`);
  if (!existsSync(folder)) {
    const part = `${folder}.${process.pid}`;
    cpSync(source, part, { recursive: true });
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: part });
    await rename(part, folder).catch(() => rm(part, { recursive: true, force: true })); // Another run was faster.
  }
  for (const file of ["app.cjs", "app.mjs", "loopback.cjs"])
    cpSync(join(fixtures, "foreign", file), join(folder, file));
  cpSync(source, folder, { recursive: true });
  return folder;
}
