/** Where the package is, from the sources as well as when installed. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder that holds the package's package.json. */
export const packageRoot = findRoot(import.meta.dirname);

export const packageVersion = readVersion(join(packageRoot, "package.json"));

/** The built page of `obsbox dev`. */
export const pageFolder = join(packageRoot, "dist", "page");

function findRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : findRoot(dirname(folder));
}

function readVersion(path: string): string {
  const content: { readonly version: string } = JSON.parse(readFileSync(path, "utf8"));
  return content.version;
}
