import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { environmentFile } from "../../stack/settings.ts";
import { readBox } from "../box/box.ts";
import { makeSecrets } from "../box/secrets.ts";
import { prepareTls } from "../box/tls.ts";
import { boxChecks } from "./box-checks.ts";
import type { Facts } from "./facts.ts";

let folder = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-checks-"));
  makeSecrets(folder);
  await prepareTls(readBox(folder));
});

function findings(): readonly string[] {
  const facts: Facts = { box: readBox(folder), isOpenToOthers: false, docker: { trouble: "missing", message: "" } };
  return boxChecks.flatMap(({ name, find }) =>
    (find(facts) ?? []).map(({ level, what, remedy }) =>
      `${name} ${level}: ${what} -> ${remedy}`.replaceAll(folder, "BOX"),
    ),
  );
}

test("a box as it is made has no findings", () => expect(findings()).toEqual([]));

test("a value that no setting may have names its key, and so does a key that is no setting", () => {
  writeFileSync(join(folder, ".env"), "OBSBOX_PORT=https\nOBSBOX_PROT=443\nMINE=1\n");
  expect(findings()).toEqual([
    'settings failure: OBSBOX_PORT in .env is "https", expected a port from 1 to 65535 -> change it in BOX/.env',
    'settings failure: OBSBOX_PROT in .env is "443", expected no such setting; see .env.example -> change it in BOX/.env',
  ]);
});

test.each([
  [
    "a folder that others read",
    () => chmodSync(join(folder, "secrets"), 0o755),
    "BOX/secrets can be read by others -> close it: chmod 700 BOX/secrets",
  ],
  [
    "a file that others read",
    () => chmodSync(join(folder, "secrets/ca.key"), 0o640),
    "BOX/secrets/ca.key can be read by others -> close it: chmod 600 BOX/secrets/ca.key",
  ],
  [
    "a missing file",
    () => rmSync(join(folder, "secrets/machine-token")),
    "BOX/secrets/machine-token is missing -> make it: obsbox init --dir BOX",
  ],
  [
    "an empty file",
    () => writeFileSync(join(folder, "secrets/machine-token"), ""),
    "BOX/secrets/machine-token is empty -> put the old one back, or remove it and run: obsbox init",
  ],
  [
    "no folder",
    () => rmSync(join(folder, "secrets"), { recursive: true }),
    "the folder BOX/secrets is missing -> make it: obsbox init --dir BOX",
  ],
])("%s is one finding with its remedy", (_what, breakIt, expected) => {
  breakIt();
  expect(findings()).toEqual([`secrets-folder failure: ${expected}`]);
});

test("a certificate that no longer serves is a warning, because up makes it anew", () => {
  writeFileSync(join(folder, ".env"), environmentFile("small", { OBSBOX_HOST: "obs.example" }));
  expect(findings()).toEqual([
    "certificates warning: the certificate of nginx: it does not cover obs.example -> make it anew: obsbox up",
  ]);
});

test("a certificate of the user's that is not there is a failure", () => {
  writeFileSync(join(folder, ".env"), "OBSBOX_TLS_CERT=own.crt\nOBSBOX_TLS_KEY=own.key\n");
  expect(findings()[0]).toMatch(/^certificates failure: OBSBOX_TLS_CERT: there is no file own\.crt/);
});
