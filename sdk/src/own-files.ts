/** Files of this package: in the sources as in what is built, this file stands in the folder that all paths start from. */
import { extname } from "node:path";

/** @param path - From the root of the sources. */
export function ownFile(path: string): URL {
  return new URL(path, import.meta.url);
}

/** @param path - From the root of the sources, without the ending. It has to be an entry of the build. */
export function ownModule(path: string): URL {
  return ownFile(path + extname(import.meta.url));
}
