/** Puts each set-up into a folder of its own, with its own packages, as a user would. What is there already stays. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { appDependencies } from "./setups.ts";
import type { Setup } from "./setups.ts";

const repository = join(import.meta.dirname, "..");
const programs = join(import.meta.dirname, "programs");
const setupsFolder = join(import.meta.dirname, ".setups");

export interface Installed {
  readonly folder: string;
  readonly packages: number;
  readonly bytes: number;
}

type Packages = Pick<Setup, "name" | "dependencies">;

/** Packs the SDK as it is now and installs the set-ups that are missing or have changed. */
export function installAll(setups: readonly Packages[]): Map<string, Installed> {
  mkdirSync(setupsFolder, { recursive: true });
  const archive = pack();
  return new Map(setups.map((setup) => [setup.name, install(setup, archive)]));
}

/** The name has the digest of what is inside, so that an archive of the same name need not be installed again. */
function pack(): string {
  npm(["run", "build", "--workspace", "sdk"], repository);
  const [packed] = JSON.parse(
    npm(["pack", "--json", "--ignore-scripts", "--pack-destination", setupsFolder], join(repository, "sdk")),
  );
  const path = join(setupsFolder, packed.filename);
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  const archive = join(setupsFolder, `obsbox-sdk-${digest.slice(0, 12)}.tgz`);
  renameSync(path, archive);
  return archive;
}

function install({ name, dependencies }: Packages, archive: string): Installed {
  const folder = join(setupsFolder, name);
  const manifest = manifestOf(dependencies, archive);
  if (!isInstalled(folder, manifest)) {
    process.stderr.write(`installing ${name}\n`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), manifest);
    // What npm runs only when it is allowed to, and what builds natively, is not run: the same on every machine.
    npm(["install", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  }
  cpSync(programs, folder, { recursive: true });
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  return {
    folder,
    packages: Object.keys(lock.packages).length - 1,
    bytes: sizeOf(join(folder, "node_modules")),
  };
}

function manifestOf(dependencies: Setup["dependencies"], archive: string): string {
  const pinned = Object.entries({ ...appDependencies, ...dependencies }).map(([name, version]) => [
    name,
    version === "pack:" ? `file:${archive}` : version,
  ]);
  return JSON.stringify({ name: "orders", version: "1.0.0", private: true, dependencies: Object.fromEntries(pinned) });
}

/** npm writes its hidden lock file last. */
function isInstalled(folder: string, manifest: string): boolean {
  const path = join(folder, "package.json");
  const isComplete = existsSync(join(folder, "node_modules", ".package-lock.json"));
  return isComplete && existsSync(path) && readFileSync(path, "utf8") === manifest;
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Bytes of all files, whatever the disk rounds them to. */
function sizeOf(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}
