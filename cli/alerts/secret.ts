/** The secret of a receiver: read from a file or from stdin, never from an argument, which others could see. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { Writable } from "node:stream";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { makeFolder, privateFile, privateFolder, readIfThere, writeIfChanged } from "../box/write.ts";
import { UserError } from "../errors.ts";
import { checkAddress } from "./check.ts";
import type { ReceiverSecret, ReceiverType, Settings } from "./receiver-type.ts";

type Place = Pick<Box, "folder">;

const longest = 4096;

/** @param file Path; `-` and undefined stand for stdin. @returns Undefined where nothing was given. */
export async function readGiven(file: string | undefined, about: string): Promise<string | undefined> {
  if (file !== undefined && file !== "-") return readFileSync(file, "utf8").trim();
  if (process.stdin.isTTY) return askFor(about);
  return (await text(process.stdin)).trim() || undefined;
}

/** Whether a receiver with these settings has a secret. */
export function needsSecret({ secret }: ReceiverType, settings: Settings): boolean {
  return secret.with === undefined || settings[secret.with] !== undefined;
}

/** @throws UserError for what cannot be one; it never shows what was given. */
export function checkSecret(value: string, { kind, about }: ReceiverSecret): string {
  if (value === "" || value.length > longest || /[\s\p{Cc}]/u.test(value) || value.includes("{{")) {
    const hint = `expected ${about}: one line without spaces`;
    throw new UserError("what was given as the secret is not usable", { hint, exitCode: 2 });
  }
  if (kind === "url") checkAddress("the address", value);
  return value;
}

export function readReceiverSecret(box: Place, name: string): string | undefined {
  return readIfThere(pathOf(box, name))?.toString();
}

/** @param value Undefined removes it. @returns Whether something had to be done. */
export function keepSecret(box: Place, name: string, value: string | undefined): boolean {
  const before = readReceiverSecret(box, name);
  if (before === value) return false;
  makeFolder(join(box.folder, layout.receiverSecrets), privateFolder);
  if (value === undefined) rmSync(pathOf(box, name), { force: true });
  else writeIfChanged(pathOf(box, name), value, privateFile);
  return true;
}

function pathOf(box: Place, name: string): string {
  return join(box.folder, layout.receiverSecrets, name);
}

/** Asks at the terminal without showing what is typed. */
async function askFor(about: string): Promise<string | undefined> {
  process.stderr.write(`Paste ${about}, then Enter (it is not shown): `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const answer = await lines.question("").finally(() => lines.close());
  process.stderr.write("\n");
  return answer.trim() || undefined;
}
