/** Certificates of a box: made when they are missing, and anew when they no longer serve. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { layout, originOf, pathIn, projectOf } from "./box.ts";
import type { Box } from "./box.ts";
import { ownCertificateProblem, renewalReason } from "./certificate-check.ts";
import { makeAuthority, makeLeaf } from "./certificates.ts";
import type { Pair } from "./certificates.ts";
import { privateFile, readIfThere, sharedFile, writeIfChanged, writeWhole } from "./write.ts";

export interface TlsChange {
  /** Name of the pair: `ca`, `nginx`, `elasticsearch`. */
  readonly name: string;
  readonly reason: string;
}

/** Names that each server of the box is called by. */
export function namesOf(box: Pick<Box, "settings">): Readonly<Record<"nginx" | "elasticsearch", readonly string[]>> {
  const host = box.settings["OBSBOX_HOST"] ?? "localhost";
  const nginx = [host, "localhost", "127.0.0.1", "::1", "obsbox", "nginx", "host.docker.internal"];
  return { nginx: [...new Set(nginx)], elasticsearch: ["elasticsearch", "localhost"] };
}

/** Brings the certificates up to date. @throws UserError for a certificate of the user's that cannot serve. */
export async function prepareTls(box: Box): Promise<readonly TlsChange[]> {
  const own = readOwn(box);
  const before = readPair(box, "ca");
  const authority = before ?? (await makeAuthority(projectOf(box)));
  const changes: TlsChange[] = before === undefined ? [save(box, "ca", authority, "it was missing")] : [];
  for (const [name, names] of Object.entries(namesOf(box))) {
    const isOwn = name === "nginx" && own !== undefined;
    changes.push(...(isOwn ? adopt(box, name, own) : await renew(box, name, authority, names)));
  }
  writeIfChanged(join(box.folder, layout.authority), authority.cert, sharedFile);
  return changes;
}

/** The certificate that `.env` names, if it does. */
export function readOwn(box: Box): Pair | undefined {
  const paths = [box.given["OBSBOX_TLS_CERT"], box.given["OBSBOX_TLS_KEY"]].map((path) => path || undefined);
  const [certPath, keyPath] = paths;
  if (certPath === undefined && keyPath === undefined) return undefined;
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readIfThere(pathIn(box, path))?.toString();
  const [cert, key] = [read(certPath), read(keyPath)];
  const hint = "name two PEM files with OBSBOX_TLS_CERT and OBSBOX_TLS_KEY in .env, or neither";
  if (cert === undefined) throw new UserError(`OBSBOX_TLS_CERT: there is no file ${certPath ?? '""'}`, { hint });
  if (key === undefined) throw new UserError(`OBSBOX_TLS_KEY: there is no file ${keyPath ?? '""'}`, { hint });
  const problem = ownCertificateProblem({ cert, key }, box.settings["OBSBOX_HOST"] ?? "localhost");
  if (problem === undefined) return { cert, key };
  throw new UserError(`OBSBOX_TLS_CERT ${certPath ?? ""}: ${problem}`, {
    hint: `bring a certificate with its key that serves ${originOf(box)}, or remove both settings from .env`,
  });
}

/** A pair in the folder of secrets, if both halves are there. */
export function readPair(box: Pick<Box, "folder">, name: string): Pair | undefined {
  const [cert, key] = ["crt", "key"].map((end) => readIfThere(pathOf(box, `${name}.${end}`))?.toString());
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function adopt(box: Box, name: string, pair: Pair): readonly TlsChange[] {
  const before = readPair(box, name);
  const isSame = before?.cert === pair.cert && before.key === pair.key;
  return isSame ? [] : [save(box, name, pair, "OBSBOX_TLS_CERT names another one")];
}

async function renew(box: Box, name: string, authority: Pair, names: readonly string[]): Promise<readonly TlsChange[]> {
  const before = readPair(box, name);
  const reason = before === undefined ? "it was missing" : renewalReason(before, authority.cert, names);
  return reason === undefined ? [] : [save(box, name, await makeLeaf(authority, names), reason)];
}

/** The key first: a certificate without its key would count as a pair that does not fit. */
function save(box: Pick<Box, "folder">, name: string, pair: Pair, reason: string): TlsChange {
  writeWhole(pathOf(box, `${name}.key`), pair.key, privateFile);
  writeWhole(pathOf(box, `${name}.crt`), pair.cert, privateFile);
  return { name, reason };
}

function pathOf(box: Pick<Box, "folder">, name: string): string {
  return join(box.folder, layout.secrets, name);
}
