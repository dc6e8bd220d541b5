/** Checks of the box's own folder. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { secrets as secretTable } from "../../stack/secrets.ts";
import { settingProblems } from "../../stack/settings.ts";
import { layout } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { daysLeft, renewDays, renewalReason } from "../box/certificate-check.ts";
import { namesOf, readOwn, readPair } from "../box/tls.ts";
import { UserError } from "../errors.ts";
import { failure, warning } from "./finding.ts";
import type { Check, Finding } from "./finding.ts";

export const boxChecks: readonly Check[] = [
  { name: "settings", find: ({ box }) => settingFindings(box) },
  { name: "secrets-folder", find: ({ box }) => secretFindings(box) },
  { name: "certificates", find: ({ box }) => (secretFindings(box).length > 0 ? [] : certificateFindings(box)) },
];

function settingFindings(box: Box): readonly Finding[] {
  const path = join(box.folder, layout.environment);
  return settingProblems(box.given).map(({ key, got, expected }) =>
    failure(`${key} in .env is ${JSON.stringify(got)}, expected ${expected}`, `change it in ${path}`),
  );
}

/** Modes and owners mean something on POSIX systems only. */
const hasModes = process.platform !== "win32";

function secretFindings(box: Box): readonly Finding[] {
  const folder = join(box.folder, layout.secrets);
  const problem = unreadable(folder, constants.R_OK | constants.X_OK);
  if (problem === "missing")
    return [failure(`the folder ${folder} is missing`, `make it: obsbox init --dir ${box.folder}`)];
  if (problem !== undefined) return [failure(`the folder ${folder} cannot be read (${problem})`, ownRemedy(folder))];
  const open = isOpen(folder) ? [openFinding(folder, "700")] : [];
  const required = Object.entries(secretTable).filter(([, { optional }]) => optional !== true);
  return [...open, ...required.flatMap(([name]) => fileFindings(box, join(folder, name)))];
}

function fileFindings(box: Box, path: string): readonly Finding[] {
  const problem = unreadable(path, constants.R_OK);
  if (problem === "missing") return [failure(`${path} is missing`, `make it: obsbox init --dir ${box.folder}`)];
  if (problem !== undefined) return [failure(`${path} cannot be read (${problem})`, ownRemedy(path))];
  if (statSync(path).size === 0)
    return [failure(`${path} is empty`, `put the old one back, or remove it and run: obsbox init`)];
  return isOpen(path) ? [openFinding(path, "600")] : [];
}

function certificateFindings(box: Box): readonly Finding[] {
  const own = ownProblem(box);
  if (own !== undefined) return [own];
  const authority = readPair(box, "ca")?.cert ?? "";
  const isOwn = box.given["OBSBOX_TLS_CERT"] !== undefined && box.given["OBSBOX_TLS_CERT"] !== "";
  return Object.entries(namesOf(box)).flatMap(([name, names]) => {
    const pair = readPair(box, name);
    if (pair === undefined) return [];
    if (isOwn && name === "nginx") return endingSoon(pair.cert);
    const reason = renewalReason(pair, authority, names);
    return reason === undefined ? [] : [warning(`the certificate of ${name}: ${reason}`, "make it anew: obsbox up")];
  });
}

function endingSoon(cert: string): readonly Finding[] {
  const days = Math.floor(daysLeft(cert));
  if (days >= renewDays) return [];
  return [
    warning(`your certificate ends in ${days} days`, "put a new one where OBSBOX_TLS_CERT points, then: obsbox up"),
  ];
}

function ownProblem(box: Box): Finding | undefined {
  try {
    readOwn(box);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return failure(error.message, error.hint);
    throw error;
  }
}

function unreadable(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" ? "missing" : code;
  }
}

function isOpen(path: string): boolean {
  return hasModes && (statSync(path).mode & 0o077) !== 0;
}

function openFinding(path: string, mode: string): Finding {
  return failure(`${path} can be read by others`, `close it: chmod ${mode} ${path}`);
}

function ownRemedy(path: string): string {
  return `make it yours: sudo chown -R "$(id -u):$(id -g)" ${path}`;
}
