/** `obsbox init`: makes the folder of a box, from which `docker compose up` starts it. */
import { resolve } from "node:path";
import { layout } from "../box/box.ts";
import { choiceOptions, readChoices, sizeOf } from "../box/choices.ts";
import { dirOption } from "../box/find.ts";
import { firstLoginPath, readFirstLogin } from "../box/first-login.ts";
import { prepareBox } from "../box/prepare.ts";
import type { Prepared } from "../box/prepare.ts";
import type { Command } from "../command.ts";
import { jsonOption, print } from "../report/output.ts";

export const init: Command = {
  name: "init",
  about: "Makes a box in this folder: compose.yaml, settings, secrets, certificates. Starts nothing.",
  options: {
    dir: { ...dirOption, about: "Folder of the box; this one when left out" },
    ...choiceOptions,
    json: jsonOption,
  },
  async run(input) {
    const prepared = await prepareBox(resolve(input.values["dir"] ?? "."), readChoices(input));
    print(input, resultOf(prepared), () => linesOf(prepared));
    return 0;
  },
};

export function resultOf(prepared: Prepared) {
  const { box, isNew, hasChanged, files, secrets, certificates } = prepared;
  const firstLogin = readFirstLogin(box) === undefined ? undefined : firstLoginPath(box);
  return { folder: box.folder, size: sizeOf(box), isNew, hasChanged, files, secrets, certificates, firstLogin };
}

function linesOf(prepared: Prepared): readonly string[] {
  const { box } = prepared;
  const { firstLogin } = resultOf(prepared);
  return [
    ...changeLines(prepared),
    "",
    `  Settings       ${layout.environment}`,
    ...(firstLogin === undefined ? [] : [`  First sign-in  the link in ${firstLogin}`]),
    "  Start it       obsbox up, or: docker compose up -d --wait",
    ...(box.folder === process.cwd() ? [] : [`                 in ${box.folder}`]),
  ];
}

/** What was done, in a line for each kind of thing. */
export function changeLines({ box, isNew, hasChanged, files, secrets, certificates }: Prepared): readonly string[] {
  if (isNew)
    return [`Made a box of size ${sizeOf(box)} in ${box.folder}: ${secrets.length} secrets, none of them printed.`];
  if (!hasChanged) return [`The box in ${box.folder} is as it should be: nothing to change.`];
  return [
    `Brought the box in ${box.folder} up to date.`,
    ...(files.length === 0 ? [] : [`  files         ${files.length} of this version: ${listOf(files)}`]),
    ...(secrets.length === 0 ? [] : [`  secrets       made: ${listOf(secrets)}`]),
    ...certificates.map(({ name, reason }) => `  certificate   ${name} is new: ${reason}`),
  ];
}

const shownNames = 3;

function listOf(names: readonly string[]): string {
  const rest = names.length - shownNames;
  return `${names.slice(0, shownNames).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
