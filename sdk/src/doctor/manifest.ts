/** The package.json of the service, as far as it can be read. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Manifest {
  /** Undefined where there is none. */
  readonly path: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of all dependencies, those for development too. */
  readonly dependencies: ReadonlySet<string>;
}

/** Reads the nearest package.json with a name at or above a folder. */
export function readManifest(folder: string): Manifest {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "package.json");
    const content = readObject(path);
    if (typeof content["name"] === "string") return describe(path, content);
    if (dirname(at) === at) return describe(undefined, readObject(join(folder, "package.json")));
  }
}

/** Reads a JSON object; an empty one where there is none. */
export function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}

function describe(path: string | undefined, content: Readonly<Record<string, unknown>>): Manifest {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return {
    path,
    name: textOf(content["name"]),
    version: textOf(content["version"]),
    main: textOf(content["main"]),
    scripts: Object.fromEntries(
      Object.entries(objectOf(content["scripts"])).filter((entry): entry is [string, string] => {
        return typeof entry[1] === "string";
      }),
    ),
    dependencies: new Set(kinds.flatMap((kind) => Object.keys(objectOf(content[kind])))),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
