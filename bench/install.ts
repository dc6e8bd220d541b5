/** Puts each set-up into a folder of its own, with its own packages, as a user would. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { appDependencies } from "./setups.ts";
import type { Setup } from "./setups.ts";

const repository = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".setups");

export interface Installed {
  readonly setup: Setup;
  readonly folder: string;
  readonly packages: number;
  readonly bytes: number;
}

/** Packs the SDK as it is now and installs every set-up from scratch. */
export function installAll(setups: readonly Setup[]): Installed[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const archive = pack();
  return setups.map((setup) => install(setup, archive));
}

function pack(): string {
  npm(["run", "build", "--workspace", "sdk"], repository);
  const [packed] = JSON.parse(
    npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], join(repository, "sdk")),
  );
  return join(folder, packed.filename);
}

function install(setup: Setup, archive: string): Installed {
  const target = join(folder, setup.name);
  const pinned = Object.entries({ ...appDependencies, ...setup.dependencies });
  const dependencies = Object.fromEntries(
    pinned.map(([name, version]) => [name, version === "file:" ? `file:${archive}` : version]),
  );
  mkdirSync(target);
  writeFileSync(
    join(target, "package.json"),
    JSON.stringify({ name: "orders", version: "1.0.0", private: true, dependencies }),
  );
  npm(["install", "--no-audit", "--no-fund"], target);
  copyFileSync(join(import.meta.dirname, "app.cjs"), join(target, "app.cjs"));
  const lock = JSON.parse(readFileSync(join(target, "package-lock.json"), "utf8"));
  return {
    setup,
    folder: target,
    packages: Object.keys(lock.packages).length - 1,
    bytes: sizeOf(join(target, "node_modules")),
  };
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Bytes of all files, whatever the disk rounds them to. */
function sizeOf(path: string): number {
  if (!existsSync(path)) return 0;
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}
