/** Links through which a person chooses a password: they stand in files, because terminals and their logs are read by others. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { layout, originOf } from "./box.ts";
import type { Box } from "./box.ts";
import { readSecret } from "./secrets.ts";
import { makeFolder, privateFile, privateFolder, readIfThere, writeIfChanged } from "./write.ts";

/** The address behind a one-time token. */
export function linkOf(box: Pick<Box, "settings">, token: string): string {
  return `${originOf(box)}/oauth2/password?token=${encodeURIComponent(token)}`;
}

/** Writes the link of the first administrator, for a new box or when the address has changed. @returns Whether it did. */
export function writeFirstLogin(box: Box, isNew: boolean): boolean {
  const path = firstLoginPath(box);
  const token = readSecret(box.folder, "auth-first-link");
  if (token === undefined || (!isNew && !existsSync(path))) return false;
  return writeIfChanged(path, `${linkOf(box, token)}\n`, privateFile);
}

export function firstLoginPath(box: Pick<Box, "folder">): string {
  return join(box.folder, layout.firstLogin);
}

/** The link of the first administrator, while nobody has used it as far as this folder knows. */
export function readFirstLogin(box: Pick<Box, "folder">): string | undefined {
  return readIfThere(firstLoginPath(box))?.toString().trim();
}

export function forgetFirstLogin(box: Pick<Box, "folder">): void {
  rmSync(firstLoginPath(box), { force: true });
}

/** Keeps a user's one-time link in a file. @returns Its path. */
export function writeLink(box: Box, user: string, token: string): string {
  const folder = join(box.folder, layout.links);
  makeFolder(folder, privateFolder);
  const path = join(folder, encodeURIComponent(user));
  writeIfChanged(path, `${linkOf(box, token)}\n`, privateFile);
  return path;
}

/** Forgets every link, and the token of the first one: a box that begins anew gets a new one. */
export function forgetLinks(box: Pick<Box, "folder">): void {
  forgetFirstLogin(box);
  rmSync(join(box.folder, layout.links), { recursive: true, force: true });
  rmSync(join(box.folder, layout.secrets, "auth-first-link"), { force: true });
}
