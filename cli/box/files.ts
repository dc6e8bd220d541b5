/** Files of the package that a box is made of. They belong to obsbox: an upgrade replaces them, and nothing else. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { ownSloRules, sloRulesFile } from "../alerts/slos.ts";
import { UserError } from "../errors.ts";
import { packageVersion } from "../paths.ts";
import { layout } from "./box.ts";
import { makeFolder, sharedFile, sharedFolder, writeIfChanged } from "./write.ts";

interface Source {
  readonly from: string;
  readonly to: string;
  /** Files of the folder that a box takes; all of them by default. */
  readonly only?: RegExp;
}

const rules = `${layout.config}/prometheus/rules`;

/** Where each file or folder of a box comes from in the package. */
const sources: readonly Source[] = [
  { from: "stack/config", to: layout.config },
  // Rules of Kubernetes ask for metrics that no box on one machine has.
  { from: "alerts", to: rules, only: /^(?!slos|kubernetes)[a-z.-]+(?<!\.test)\.yml$/ },
  { from: "dashboards/grafana", to: `${layout.config}/grafana/dashboards` },
  { from: "stack/companion/Dockerfile", to: `${layout.companion}/Dockerfile` },
  { from: "dist/companion/companion.mjs", to: `${layout.companion}/companion.mjs` },
  // Last: what compose.yaml mounts is there when it is.
  { from: "stack/compose/compose.yaml", to: layout.compose },
];

/** Copies what differs, and removes from `config` what the package no longer has. @returns Paths that changed. */
export function copyPackageFiles(folder: string, root: string): readonly string[] {
  makeFolder(join(folder, layout.config), sharedFolder);
  // First, so that a copy that is broken off is known as a box, and mended by the next one.
  const isMarked = writeIfChanged(join(folder, layout.mark), `${packageVersion}\n`, sharedFile);
  const files = sources
    .flatMap((source) => listFiles(root, source))
    .filter(({ target }) => !isReplaced(folder, target));
  const own = ownFiles(folder);
  const changed = files.filter(({ source, target }) =>
    write(join(folder, target), own.get(target) ?? readFileSync(source)),
  );
  const stale = removeStale(folder, new Set([layout.mark, ...files.map(({ target }) => target)]));
  return [...(isMarked ? [layout.mark] : []), ...changed.map(({ target }) => target), ...stale];
}

interface Copy {
  readonly source: string;
  /** Relative to the box. */
  readonly target: string;
}

function listFiles(root: string, { from, to, only = /./ }: Source): readonly Copy[] {
  const source = join(root, from);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UserError(`${source} is missing from this installation of obsbox`, {
      hint: "install obsbox anew; in a clone of its repository run: npm run build",
    });
  }
  if (!stats.isDirectory()) return [{ source, target: to }];
  const names = filesBelow(source).map((file) => relative(source, file));
  return names
    .filter((name) => only.test(name))
    .map((name) => ({ source: join(source, name), target: join(to, name) }));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A rule file of the user's goes before that of the package with the same name: so thresholds are changed. */
function isReplaced(folder: string, target: string): boolean {
  return dirname(target) === rules && existsSync(join(folder, "custom/prometheus/rules", basename(target)));
}

/** What is made of the user's files instead of those of the package. @throws UserError for files that cannot be. */
function ownFiles(folder: string): ReadonlyMap<string, string> {
  const text = ownSloRules({ folder });
  return new Map(text === undefined ? [] : [[sloRulesFile, text]]);
}

function write(target: string, content: string | Uint8Array): boolean {
  makeFolder(dirname(target), sharedFolder);
  return writeIfChanged(target, content, sharedFile);
}

function removeStale(folder: string, wanted: ReadonlySet<string>): readonly string[] {
  const there = filesBelow(join(folder, layout.config)).map((file) => relative(folder, file));
  const stale = there.filter((file) => !wanted.has(file));
  for (const file of stale) rmSync(join(folder, file));
  return stale;
}
