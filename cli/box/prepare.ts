/** Makes a box, or brings one up to date: what is there and right stays untouched. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { environmentFile } from "../../stack/settings.ts";
import { UserError } from "../errors.ts";
import { packageRoot } from "../paths.ts";
import { customFolders, isBox, layout, pathIn, readBox } from "./box.ts";
import type { Box } from "./box.ts";
import { writeAlertmanager } from "../alerts/generate.ts";
import { settingsOf, sizeByMemory, sizeOf } from "./choices.ts";
import type { Choices } from "./choices.ts";
import { copyPackageFiles } from "./files.ts";
import { writeFirstLogin } from "./first-login.ts";
import { makeSecrets } from "./secrets.ts";
import { prepareTls } from "./tls.ts";
import type { TlsChange } from "./tls.ts";
import { makeFolder, privateFile, sharedFolder, writeWhole } from "./write.ts";

export interface Prepared {
  readonly box: Box;
  readonly isNew: boolean;
  /** Files of the package that differed. */
  readonly files: readonly string[];
  /** Names of random secrets that were made. */
  readonly secrets: readonly string[];
  readonly certificates: readonly TlsChange[];
  readonly hasChanged: boolean;
}

/** Log files of services: their group reads and writes, and passes on to what is made inside. */
const logFolder = 0o2770;

/**
 * @throws UserError for a folder that holds somebody else's compose.yaml, for choices that
 * an existing `.env` contradicts, and for a certificate of the user's that cannot serve.
 */
export async function prepareBox(folder: string, choices: Choices, packageFolder = packageRoot): Promise<Prepared> {
  refuseForeign(folder);
  const isNew = !isBox(folder);
  makeFolder(folder, sharedFolder);
  const hasEnvironment = writeEnvironment(folder, choices);
  const copied = copyPackageFiles(folder, packageFolder);
  const secrets = makeSecrets(folder);
  const box = readBox(folder);
  const files = [...copied, ...writeAlertmanager(box)];
  const folders = makeFolders(box);
  const certificates = await prepareTls(box);
  const hasLink = writeFirstLogin(box, secrets.includes("auth-first-link"));
  const counts = [files.length, secrets.length, certificates.length, folders.length];
  const hasChanged = isNew || hasEnvironment || hasLink || counts.some((count) => count > 0);
  return { box, isNew, files, secrets, certificates, hasChanged };
}

function refuseForeign(folder: string): void {
  const names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
  const foreign = names.find((name) => existsSync(join(folder, name)));
  if (foreign === undefined || existsSync(join(folder, layout.mark))) return;
  throw new UserError(`${join(folder, foreign)} is not of obsbox`, {
    hint: "make the box in a folder of its own: obsbox init --dir obsbox",
  });
}

/** Writes `.env` once; from then on it is the user's. @returns Whether it was written. */
function writeEnvironment(folder: string, choices: Choices): boolean {
  const path = join(folder, layout.environment);
  if (!existsSync(path)) {
    writeWhole(path, environmentFile(choices.size ?? sizeByMemory(), settingsOf(choices)), privateFile);
    return true;
  }
  const box = readBox(folder);
  const other = Object.entries(choices.settings).find(([key, value]) => box.settings[key] !== value);
  if (other !== undefined) throw kept(path, `set ${other[0]}=${other[1]} there`);
  if (choices.size !== undefined && choices.size !== sizeOf(box)) {
    throw kept(path, `the sizes differ in the keys OBSBOX_*_MEMORY and OBSBOX_ELASTICSEARCH_HEAP: change them there`);
  }
  return false;
}

function kept(path: string, hint: string): UserError {
  return new UserError(`${path} is there already, and yours: no option changes it`, { hint, exitCode: 2 });
}

function makeFolders(box: Box): readonly string[] {
  const made = customFolders.filter((name) => makeFolder(join(box.folder, name), sharedFolder));
  const logs = box.settings["OBSBOX_LOG_DIR"] ?? "./logs";
  return makeFolder(pathIn(box, logs), logFolder) ? [...made, logs] : made;
}
