/** Files of a box: written whole or not at all, with the mode that is asked for whatever the umask says. */
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Only the owner reads it. */
export const privateFile = 0o600;
export const privateFolder = 0o700;
/** What containers with other users read too. */
export const sharedFile = 0o644;
export const sharedFolder = 0o755;

/** Replaces a file in one step: a reader sees the old content or the new one. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.new`;
  const file = openSync(temporary, "wx", mode);
  try {
    fchmodSync(file, mode);
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** @returns Whether the file had to be written. */
export function writeIfChanged(path: string, content: string | Uint8Array, mode: number): boolean {
  if (readIfThere(path)?.equals(Buffer.from(content)) === true) return false;
  writeWhole(path, content, mode);
  return true;
}

/** Makes a folder with those above it; one that is there keeps its mode. @returns Whether it had to be made. */
export function makeFolder(path: string, mode: number): boolean {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  makeFolder(dirname(path), sharedFolder);
  mkdirSync(path);
  chmodSync(path, mode);
  return true;
}

/** Content of a file, or undefined where there is none. */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
