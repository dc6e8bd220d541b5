/** Folders and files that options name. */
import { accessSync, constants, existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../diagnostics.ts";
import type { Options } from "../options.ts";
import type { Facts, Finding, Outcome } from "./finding.ts";
import { skipped } from "./finding.ts";

interface Folder {
  readonly variable: string;
  readonly path: (options: Options) => string | undefined;
  /** How large it may grow. */
  readonly budget: (options: Options) => number;
}

const folders: readonly Folder[] = [
  { variable: "OBSBOX_LOG_DIR", path: ({ logs }) => logs.dir, budget: ({ logs }) => logs.totalBytes },
  {
    variable: "OBSBOX_ELASTICSEARCH_SPOOL_DIR",
    path: ({ logs }) => logs.elasticsearchSpoolDir,
    budget: ({ logs }) => logs.elasticsearchSpoolBytes,
  },
  { variable: "OBSBOX_CRASH_REPORT_DIR", path: ({ shutdown }) => shutdown.reportDir, budget: () => 0 },
];

export function findFolders({ cwd, options }: Facts): Outcome {
  const set = folders.flatMap((folder) => {
    const path = folder.path(options);
    return path === undefined ? [] : [{ ...folder, path: resolve(cwd, path) }];
  });
  if (set.length === 0) return skipped("none is set; lines go to stdout");
  return {
    seen: set.map(({ path }) => `${path} (${sizeOf(freeBytes(path))} free)`).join(", "),
    findings: set.flatMap(({ variable, path, budget }) => findFolder(variable, path, budget(options))),
  };
}

function findFolder(variable: string, path: string, budget: number): readonly Finding[] {
  const error = writeError(path);
  if (error !== undefined) {
    const remedy = `make it, with the rights of the user of the service, or set ${variable} to another`;
    return [{ level: "failure", code: "log-dir", what: `${path} cannot be written to: ${error}`, remedy }];
  }
  const free = freeBytes(path);
  if (free >= budget) return [];
  const what = `${path} has ${sizeOf(free)} free, and may grow to ${sizeOf(budget)}`;
  return [{ level: "warning", code: "log-dir-space", what, remedy: "free some, or set a smaller budget" }];
}

/** The SDK makes the folder itself where it may. */
function writeError(path: string): string | undefined {
  const probe = join(path, `.obsbox-doctor-${process.pid}`);
  try {
    if (existsSync(path)) {
      writeFileSync(probe, "");
      rmSync(probe);
    } else accessSync(existing(path), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(existing(path));
  return bavail * bsize;
}

/** The folder itself, or the nearest one above it that is there. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ** 3 ? `${Math.round(bytes / 1024 ** 2)} MiB` : `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

const files: readonly (readonly [variable: string, path: (options: Options) => string | undefined])[] = [
  ["OTEL_EXPORTER_OTLP_CERTIFICATE", ({ traces }) => traces.caFile],
  ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", ({ traces }) => traces.certFile],
  ["OTEL_EXPORTER_OTLP_CLIENT_KEY", ({ traces }) => traces.keyFile],
  ["OBSBOX_ELASTICSEARCH_CA_FILE", ({ logs }) => logs.elasticsearchCaFile],
];

export function findCertificates({ cwd, options }: Facts): Outcome {
  const set = files.flatMap(([variable, pathOf]) => {
    const path = pathOf(options);
    return path === undefined ? [] : [{ variable, path: resolve(cwd, path) }];
  });
  if (set.length === 0) return skipped("no file is set; what Node.js trusts counts");
  return { seen: set.map(({ path }) => path).join(", "), findings: set.flatMap(findFile) };
}

function findFile({ variable, path }: { readonly variable: string; readonly path: string }): readonly Finding[] {
  try {
    accessSync(path, constants.R_OK);
    return [];
  } catch (error) {
    const what = `the file of ${variable} cannot be read: ${messageOf(error)}`;
    return [{ level: "failure", code: "certificate-file", what, remedy: "check its path and rights" }];
  }
}
