/** Copies of packages in the folders `node_modules` that a program in a folder can load from. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { readObject } from "./manifest.ts";

export interface Copy {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** Folders of packages that are looked into; more would take long. */
const maxPackages = 50_000;

/** Finds every copy of the packages whose names are wanted, also those inside others, each one once. */
export function findCopies(folder: string, isWanted: (name: string) => boolean): readonly Copy[] {
  const copies: Copy[] = [];
  const seen = new Set<string>();
  const waiting = placesAbove(folder);
  for (let place = waiting.shift(); place !== undefined && seen.size < maxPackages; place = waiting.shift()) {
    for (const name of packagesIn(place)) {
      const path = realPath(join(place, name));
      if (path === undefined || seen.has(path)) continue;
      seen.add(path);
      if (isWanted(name)) copies.push({ name, version: versionOf(path), path });
      waiting.push(...storesIn(path));
    }
    waiting.push(...placesOfPnpm(place));
  }
  return copies;
}

/** The version that a program in the folder would get: the first one found, because the nearest are looked at first. */
export function versionFrom(copies: readonly Copy[], name: string): string | undefined {
  return copies.find((copy) => copy.name === name)?.version;
}

function placesAbove(folder: string): string[] {
  const parent = dirname(folder);
  return [...storesIn(folder), ...(parent === folder ? [] : placesAbove(parent))];
}

function storesIn(folder: string): readonly string[] {
  const store = join(folder, "node_modules");
  return existsSync(store) ? [store] : [];
}

/** pnpm keeps each package in a store of its own. */
function placesOfPnpm(place: string): readonly string[] {
  const store = join(place, ".pnpm");
  return entriesOf(store).map((name) => join(store, name, "node_modules"));
}

function packagesIn(place: string): readonly string[] {
  return entriesOf(place).flatMap((name) => {
    if (name.startsWith(".")) return [];
    return name.startsWith("@") ? entriesOf(join(place, name)).map((own) => `${name}/${own}`) : [name];
  });
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // None, or not to be read.
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function versionOf(path: string): string {
  const { version } = readObject(join(path, "package.json"));
  return typeof version === "string" ? version : "unknown";
}
