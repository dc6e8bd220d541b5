/** Writes the configuration that Alertmanager reads: the box's base with the user's receivers, or a whole one of the user's. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { makeFolder, readIfThere, sharedFile, sharedFolder, writeIfChanged } from "../box/write.ts";
import { alertmanagerConfig } from "./configuration.ts";
import { readReceivers } from "./receivers.ts";
import type { Receivers } from "./receiver.ts";

type Place = Pick<Box, "folder">;

/** Text of the configuration. @throws UserError for receivers that cannot be. */
export function generateAlertmanager(box: Place, receivers: Receivers = readReceivers(box)): string {
  const own = readIfThere(join(box.folder, layout.alertmanagerOwn))?.toString();
  return own ?? alertmanagerConfig(readFileSync(join(box.folder, layout.alertmanagerBase), "utf8"), receivers);
}

/** @returns Path of the file, if it had to be written. */
export function writeAlertmanager(box: Place): readonly string[] {
  const path = join(box.folder, layout.alertmanager);
  makeFolder(dirname(path), sharedFolder);
  return writeIfChanged(path, generateAlertmanager(box), sharedFile) ? [layout.alertmanager] : [];
}

/** Whether a whole configuration of the user's own goes before the receivers. */
export function hasOwnConfiguration(box: Place): boolean {
  return readIfThere(join(box.folder, layout.alertmanagerOwn)) !== undefined;
}
