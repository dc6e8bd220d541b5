/** The folder of an export: written anew each time, but never over files that somebody else put there. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, readIfThere, sharedFile, sharedFolder, writeIfChanged } from "../box/write.ts";
import { UserError } from "../errors.ts";
import { digestOf } from "../import/digest.ts";
import { entriesAt } from "../../stack/companion/elasticsearch/json.ts";

export interface OutFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Written {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Lists what an export wrote, with digests, so that the next one knows what it may replace. Its name has no ending, since
 * kubectl and Grafana take every .json in a folder.
 */
const listName = ".obsbox-export";

/**
 * Makes the folder hold these files.
 *
 * @throws UserError where a file is in the way that no export wrote, or that was changed since.
 */
export function writeExport(folder: string, files: readonly OutFile[]): Written {
  const known = readList(folder);
  const foreign = files.filter(({ path, text }) => isForeign(folder, path, text, known));
  if (foreign.length > 0) {
    throw new UserError(
      `${foreign.map(({ path }) => join(folder, path)).join(", ")}: not written by an export, or changed since`,
      {
        hint: "give an empty folder: --out FOLDER; or remove these files",
      },
    );
  }
  const changed = files.filter((file) => writeOne(folder, file)).map(({ path }) => path);
  const removed = removeStale(folder, files, known);
  const list = Object.fromEntries(files.map(({ path, text }) => [path, digestOf(text)]));
  writeOne(folder, { path: listName, text: `${JSON.stringify(list, null, 2)}\n` });
  return { changed, removed };
}

function readList(folder: string): ReadonlyMap<string, string> {
  const text = readIfThere(join(folder, listName))?.toString("utf8");
  return new Map(entriesAt(text === undefined ? {} : JSON.parse(text)).map(([path, digest]) => [path, String(digest)]));
}

function isForeign(folder: string, path: string, text: string, known: ReadonlyMap<string, string>): boolean {
  const before = readIfThere(join(folder, path))?.toString("utf8");
  return before !== undefined && before !== text && digestOf(before) !== known.get(path);
}

function writeOne(folder: string, { path, text }: OutFile): boolean {
  const full = join(folder, path);
  makeFolder(dirname(full), sharedFolder);
  return writeIfChanged(full, text, sharedFile);
}

/** Files of the last export that this one does not have, unless somebody has changed them. */
function removeStale(folder: string, files: readonly OutFile[], known: ReadonlyMap<string, string>): readonly string[] {
  const wanted = new Set(files.map(({ path }) => path));
  const stale = [...known].filter(([path, digest]) => {
    const before = readIfThere(join(folder, path))?.toString("utf8");
    return !wanted.has(path) && isBelow(path) && before !== undefined && digestOf(before) === digest;
  });
  for (const [path] of stale) {
    rmSync(join(folder, path));
    removeIfEmpty(join(folder, dirname(path)));
  }
  return stale.map(([path]) => path);
}

/** The list is a file that anybody can write: nothing outside of the folder is touched because of it. */
function isBelow(path: string): boolean {
  return !path.startsWith("/") && !/^[A-Za-z]:/.test(path) && !path.split(/[/\\]/).includes("..");
}

function removeIfEmpty(folder: string): void {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder && readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}
