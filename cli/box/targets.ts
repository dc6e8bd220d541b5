/** Services that Prometheus scrapes: one file each, in the format of its file discovery, which it reads by itself. */
import { readdirSync, rmSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { fieldsOf, listOf, parseDocuments } from "../docker/read.ts";
import { UserError } from "../errors.ts";
import { layout } from "./box.ts";
import type { Box } from "./box.ts";
import { makeFolder, readIfThere, sharedFile, sharedFolder, writeIfChanged } from "./write.ts";

export interface Target {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const namePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/i;
const labelPattern = /^(?!__)[a-zA-Z_]\w*$/;
const hostPattern = /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/;

export function listTargets(box: Pick<Box, "folder">): readonly Target[] {
  const folder = join(box.folder, layout.targets);
  const names = readFolder(folder).filter((name) => name.endsWith(".json"));
  return names.toSorted().map((file) => readTarget(folder, file));
}

/** @returns Whether the file had to be written. @throws UserError for what Prometheus could not scrape. */
export function writeTarget(box: Pick<Box, "folder">, { name, addresses, labels }: Target): boolean {
  checkName(name);
  addresses.forEach(checkAddress);
  Object.keys(labels).forEach(checkLabel);
  makeFolder(join(box.folder, layout.targets), sharedFolder);
  const groups = [{ targets: addresses, labels }];
  return writeIfChanged(pathOf(box, name), `${JSON.stringify(groups, null, 2)}\n`, sharedFile);
}

/** @throws UserError where there is no such target. */
export function removeTarget(box: Pick<Box, "folder">, name: string): void {
  checkName(name);
  const path = pathOf(box, name);
  if (readIfThere(path) === undefined) {
    const known = listTargets(box).map((target) => target.name);
    throw new UserError(`there is no target ${name}`, { hint: `there are: ${known.join(", ") || "none"}` });
  }
  rmSync(path);
}

/** `team=shop` and so on. @throws UserError for what has no `=`. */
export function parseLabels(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined) throw wrong("--label", text, "NAME=VALUE, for instance team=shop");
      return [name, value];
    }),
  );
}

function checkName(name: string): void {
  if (!namePattern.test(name)) throw wrong("the name", name, "letters, digits, ., _ and -");
}

function checkLabel(name: string): void {
  const expected = "a label name of letters, digits and _, without __ in front: those are Prometheus' own";
  if (!labelPattern.test(name)) throw wrong("--label", name, expected);
}

/** Answers for what people write instead of `HOST:PORT`. */
const mistakes: readonly (readonly [RegExp, string])[] = [
  [
    /^https:\/\//i,
    "HOST:PORT; for https write a scrape configuration of your own with `scheme: https` into custom/prometheus/scrape.d",
  ],
  [/^[a-z]+:\/\//i, "HOST:PORT, without http://"],
  [
    /[/?#]/,
    "HOST:PORT; for another path than /metrics write a scrape configuration of your own into custom/prometheus/scrape.d",
  ],
  [
    /^(localhost|127\.[\d.]+|\[::1\]):/i,
    "host.docker.internal:PORT for a service on this machine: Prometheus runs in a container, which has a localhost of its own",
  ],
];

function checkAddress(address: string): void {
  const mistake = mistakes.find(([pattern]) => pattern.test(address));
  if (mistake !== undefined) throw wrong("the address", address, mistake[1]);
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  const isHost = hostPattern.test(host) || (host.startsWith("[") && host.endsWith("]") && isIPv6(host.slice(1, -1)));
  const isPort = Number(port) > 0 && Number(port) < 65_536;
  if (!isHost || !isPort) throw wrong("the address", address, "HOST:PORT, for instance host.docker.internal:9464");
}

function readTarget(folder: string, file: string): Target {
  const groups = parseDocuments(readIfThere(join(folder, file))?.toString() ?? "");
  const labels = groups.flatMap((group) => Object.entries(fieldsOf(group["labels"])));
  return {
    name: file.replace(/\.json$/, ""),
    addresses: groups.flatMap((group) => listOf(group["targets"]).map(String)),
    labels: Object.fromEntries(labels.map(([name, value]) => [name, String(value)])),
  };
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // There are none yet.
  }
}

function pathOf(box: Pick<Box, "folder">, name: string): string {
  return join(box.folder, layout.targets, `${name}.json`);
}

function wrong(what: string, given: string, expected: string): UserError {
  return new UserError(`${what}: got ${JSON.stringify(given)}`, { hint: `expected ${expected}`, exitCode: 2 });
}
