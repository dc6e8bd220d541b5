/**
 * Other versions of Node.js to run services on. They come from the npm registry on first use and stay in the cache of
 * `node_modules`; they are run by their path and never stand in `node_modules/.bin`.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { root } from "./run-program.ts";

/** The oldest that is supported, and the latest of each line. */
export const nodeVersions = ["22.18.0", "22.23.3", "24.21.0", "26.10.0"] as const;

const run = promisify(execFile);
const pending = new Map<string, Promise<string>>();

/** Gives the path of a version; skips the test, and says why, where it cannot be had. */
export async function nodeBinary(version: string, { skip }: Pick<TestContext, "skip">): Promise<string> {
  if (process.versions.node === version) return process.execPath;
  const fetching = pending.get(version) ?? fetchNode(version);
  pending.set(version, fetching);
  try {
    return await fetching;
  } catch (error) {
    return skip(`Node.js ${version} cannot be had from the npm registry: ${String(error)}`);
  }
}

async function fetchNode(version: string): Promise<string> {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  const name = `${prefix}-${platform}-${process.arch}`;
  const folder = join(root, "node_modules/.cache/obsbox-node", version);
  const binary = join(folder, "node_modules", name, process.platform === "win32" ? "bin/node.exe" : "bin/node");
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  await run("npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--force", `${name}@${version}`]);
  return binary;
}
