/** The secrets of a box: made once, readable by their owner alone. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { secrets as secretTable } from "../../stack/secrets.ts";
import { layout } from "./box.ts";
import { makeFolder, privateFile, privateFolder, readIfThere, writeWhole } from "./write.ts";

/** Names of the secrets that are random. */
export const randomSecrets: readonly string[] = Object.entries(secretTable).flatMap(([name, { bytes }]) =>
  bytes === undefined ? [] : [name],
);

/** Makes every random secret that is missing. @returns Names of those that were made. */
export function makeSecrets(folder: string): readonly string[] {
  const place = join(folder, layout.secrets);
  makeFolder(place, privateFolder);
  // Whoever keeps the folder of a box in git keeps its secrets out.
  if (readIfThere(join(place, ".gitignore")) === undefined) writeWhole(join(place, ".gitignore"), "*\n", privateFile);
  const missing = randomSecrets.filter((name) => !hasText(join(place, name)));
  for (const name of missing) {
    writeWhole(join(place, name), randomBytes(secretTable[name]?.bytes ?? 32).toString("base64url"), privateFile);
  }
  return missing;
}

/** @returns The secret, or undefined where there is none. */
export function readSecret(folder: string, name: string): string | undefined {
  return readIfThere(join(folder, layout.secrets, name))
    ?.toString()
    .trim();
}

function hasText(path: string): boolean {
  return (readIfThere(path)?.length ?? 0) > 0;
}
