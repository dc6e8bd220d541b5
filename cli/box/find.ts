/** Which box a command means. */
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Option } from "../command.ts";
import { UserError } from "../errors.ts";
import { isBox, readBox } from "./box.ts";
import type { Box } from "./box.ts";

/** The option that every command on a box has. */
export const dirOption: Option = {
  value: "FOLDER",
  about: "Folder of the box; else this one or one above it that is a box, else ~/.obsbox",
  env: "OBSBOX_DIR",
};

/** Where a box is made that nobody chose a place for. */
export function defaultFolder(): string {
  return join(homedir(), ".obsbox");
}

/** Folder of the box that is meant, whether it exists or not. */
export function locateBox(dir: string | undefined, from = process.cwd()): string {
  if (dir !== undefined && dir !== "") return resolve(from, dir);
  return boxAbove(from) ?? defaultFolder();
}

/** @throws UserError where there is no box. */
export function findBox(dir: string | undefined, from = process.cwd()): Box {
  const folder = locateBox(dir, from);
  if (isBox(folder)) return readBox(folder);
  throw new UserError(`there is no box in ${folder}`, {
    hint: "make one and start it with: obsbox up; or name its folder with --dir",
  });
}

function boxAbove(folder: string): string | undefined {
  if (isBox(folder)) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : boxAbove(above);
}
