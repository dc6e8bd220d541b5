import { UserError } from "./errors.ts";

type Explanation = readonly [what: string, remedy: (path: string) => string];

const own = (path: string) => `make it yours: sudo chown -R "$(id -u):$(id -g)" ${path}`;

/** What the user can do about an error of the file system, by its code. */
const explanations: Readonly<Record<string, Explanation>> = {
  EACCES: ["may not be read or written by you", own],
  EPERM: ["may not be changed by you", own],
  EROFS: ["is on a file system that is read-only", () => "make the box elsewhere: --dir FOLDER"],
  ENOSPC: ["cannot be written: the disk is full", () => "make room"],
  ENOTDIR: ["is below something that is no folder", () => "make the box elsewhere: --dir FOLDER"],
  EISDIR: ["is a folder where a file should be", (path) => `move it away: ${path}`],
};

/** @returns Undefined for what is no error of the file system that a user can mend. */
export function explainFileError(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const [what, remedy] = explanations[String(error.code)] ?? [];
  if (what === undefined || remedy === undefined) return undefined;
  const path = "path" in error ? String(error.path) : "a file";
  return new UserError(`${path} ${what}`, { hint: remedy(path), cause: error });
}
