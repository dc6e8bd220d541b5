/** `custom/alertmanager/receivers.yml`: who is told of alerts. Names, types and settings; the secrets lie elsewhere. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { makeFolder, readIfThere, sharedFile, sharedFolder, writeIfChanged } from "../box/write.ts";
import { fieldsOf, listOf } from "../docker/read.ts";
import type { Fields } from "../docker/read.ts";
import { UserError } from "../errors.ts";
import { checkOfficeHours, checkReceiver, readAudience } from "./check.ts";
import { heartbeat } from "./receiver.ts";
import type { OfficeHours, Receiver, Receivers } from "./receiver.ts";

type Place = Pick<Box, "folder">;

/** The receivers of a box. @throws UserError for a file that somebody has written wrongly by hand. */
export function readReceivers(box: Place): Receivers {
  const path = join(box.folder, layout.receivers);
  const file = fieldsOf(parseFile(path));
  const receivers = listOf(file["receivers"]).map((row) => checkReceiver(readRow(fieldsOf(row))));
  const names = receivers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError(`${path} has two receivers of the name ${twice}`, { hint: "give one of them another name" });
  }
  const hours = file["office_hours"];
  const officeHours = hours === undefined ? undefined : checkOfficeHours(readHours(fieldsOf(hours)));
  return { receivers, officeHours, hasHeartbeat: existsSync(join(box.folder, layout.receiverSecrets, heartbeat)) };
}

/** @returns Whether the file had to be written. */
export function writeReceivers(box: Place, { receivers, officeHours }: Omit<Receivers, "hasHeartbeat">): boolean {
  const path = join(box.folder, layout.receivers);
  makeFolder(dirname(path), sharedFolder);
  const hours = officeHours === undefined ? {} : { office_hours: rowOf(officeHours) };
  const note = "# Written by `obsbox alerts`, which keeps no other comments. After a change by hand: obsbox reload\n";
  return writeIfChanged(path, note + stringify({ receivers, ...hours }), sharedFile);
}

function rowOf({ days, from, to, timeZone }: OfficeHours) {
  return { days, from, to, time_zone: timeZone };
}

function readHours(fields: Fields): OfficeHours {
  const { days, from, to, time_zone: timeZone = "UTC" } = fields;
  return { days: wordOf(days), from: wordOf(from), to: wordOf(to), timeZone: wordOf(timeZone) };
}

function readRow(fields: Fields): Receiver {
  const settings = Object.entries(fieldsOf(fields["settings"])).map(([key, value]) => [key, wordOf(value)] as const);
  return {
    name: wordOf(fields["name"]),
    type: wordOf(fields["type"]),
    for: readAudience(wordOf(fields["for"] ?? "all")),
    settings: Object.fromEntries(settings),
  };
}

/** What stands in YAML without quotes may be a number or a switch. */
function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function parseFile(path: string): unknown {
  const text = readIfThere(path)?.toString() ?? "";
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
    throw new UserError(`${path} is no YAML: ${reason}`, { hint: "mend it; docs/notifications.md shows one" });
  }
}
