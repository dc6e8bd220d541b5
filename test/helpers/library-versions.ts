/** Older versions of libraries, as `node-versions.ts` has those of Node.js: from the npm registry, kept in the cache. */
import { execFile } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { root } from "./run-program.ts";

const run = promisify(execFile);

/**
 * Gives a folder with copies of programs that find this version of a library; skips the test, and says why, where it
 * cannot be had.
 *
 * @param programs - Their folder, from the root.
 */
export async function withLibrary(
  name: string,
  version: string,
  programs: string,
  { skip }: Pick<TestContext, "skip">,
): Promise<string> {
  const folder = join(root, "node_modules/.cache/obsbox-libraries", `${name}-${version}`);
  if (!existsSync(join(folder, "node_modules", name))) {
    try {
      await mkdir(folder, { recursive: true });
      await run("npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", `${name}@${version}`]);
    } catch (error) {
      return skip(`${name} ${version} cannot be had from the npm registry: ${String(error)}`);
    }
  }
  cpSync(join(root, programs), folder, { recursive: true });
  return relative(root, folder);
}
