/**
 * Tells which files of a library have been loaded, by `require()` or by `import`: Node publishes both on a channel,
 * whatever the service itself is written in, as long as the library is CommonJS. Nothing of the module loader is
 * replaced, and nothing is looked for on the disk until a library of a row is there.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { subscribe } from "./subscribe.ts";

/** One file of a library, whole and for the first time. */
export interface LoadedFile {
  /** With the library's name before it, as `pg/lib/client.js`. */
  readonly name: string;
  /** Whether it is what `require()` of the library's name gives. */
  readonly isEntry: boolean;
  /** Of the library, from its package.json. */
  readonly version: string;
  readonly exports: unknown;
}

type Handle = (file: LoadedFile) => void;

interface RequireMessage {
  readonly id: string;
  /** Null for what a flag `--require` loads. */
  readonly parentFilename: string | null | undefined;
}

const channel = "tracing:module.require:end";
const handlers = new Map<string, Set<Handle>>();
const files: LoadedFile[] = [];
let stop: (() => void) | undefined;

/**
 * Calls back with each file of the libraries that has been loaded, and with those that already were when another
 * row, or this one before a restart, listened.
 *
 * @param libraries - Names of packages.
 * @returns What stops it.
 */
export function onLibraryLoad(libraries: readonly string[], handle: Handle): () => void {
  for (const library of libraries) handlers.set(library, (handlers.get(library) ?? new Set()).add(handle));
  for (const file of files) if (libraries.includes(libraryName(file.name))) handle(file);
  stop ??= subscribe<RequireMessage>(channel, noteLoad);
  return () => {
    for (const library of libraries) {
      handlers.get(library)?.delete(handle);
      if (handlers.get(library)?.size === 0) handlers.delete(library);
    }
    if (handlers.size > 0) return;
    stop?.();
    stop = undefined;
  };
}

const seen = new WeakSet<NodeJS.Module>();
const require = createRequire(import.meta.url);

/** Runs for every `require()` of the process: what is not of a library of a row goes by two look-ups in texts. */
function noteLoad({ id, parentFilename }: RequireMessage): void {
  const parent = parentFilename ?? "";
  const interested = handlers.get(libraryOf(id, parent));
  if (interested === undefined) return;
  const loaded = moduleOf(id, parent);
  if (loaded === undefined || !loaded.loaded || seen.has(loaded)) return; // A cycle gives what is half loaded.
  seen.add(loaded);
  const file = describe(loaded);
  files.push(file);
  const now = [...interested]; // A handler may add another, which has the file given to it already.
  for (const handle of now) handle(file);
}

function libraryOf(id: string, parentFilename: string): string {
  if (id.startsWith(".")) return libraryOfPath(parentFilename);
  return isAbsolute(id) ? libraryOfPath(id) : libraryName(id);
}

const folder = "node_modules";

function libraryOfPath(filename: string): string {
  const at = filename.lastIndexOf(folder);
  return at === -1 ? "" : libraryName(filename.slice(at + folder.length + 1).replaceAll("\\", "/"));
}

/** The name of a package in front of a path, with its scope if it has one. */
function libraryName(path: string): string {
  const first = path.indexOf("/");
  const end = path.startsWith("@") ? path.indexOf("/", first + 1) : first;
  return end === -1 ? path : path.slice(0, end);
}

const endings = ["", ".js", ".cjs", "/index.js"];

/** What Node keeps of the file; without looking at the disk where the path says which it is. */
function moduleOf(id: string, parentFilename: string): NodeJS.Module | undefined {
  const path = id.startsWith(".") ? join(dirname(parentFilename), id) : id;
  const ending = endings.find((one) => normalize(path + one) in require.cache);
  if (ending !== undefined) return require.cache[normalize(path + ending)];
  return parentFilename === "" ? undefined : require.cache[createRequire(parentFilename).resolve(id)];
}

function describe({ filename, exports }: NodeJS.Module): LoadedFile {
  const at = filename.lastIndexOf(folder) + folder.length + 1;
  const name = filename.slice(at).replaceAll("\\", "/");
  const library = libraryName(name);
  const { version, main } = packageOf(filename.slice(0, at) + library);
  const entry = join(library, main).replaceAll("\\", "/");
  return { name, isEntry: endings.some((ending) => entry + ending === name), version, exports };
}

interface Package {
  readonly version: string;
  readonly main: string;
}

const packages = new Map<string, Package>();

function packageOf(path: string): Package {
  const known = packages.get(path) ?? readPackage(path);
  packages.set(path, known);
  return known;
}

function readPackage(path: string): Package {
  const { version, main }: { version?: unknown; main?: unknown } = JSON.parse(
    readFileSync(join(path, "package.json"), "utf8"),
  );
  return { version: String(version), main: typeof main === "string" ? main : "index.js" };
}
