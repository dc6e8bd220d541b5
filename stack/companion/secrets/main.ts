/**
 * `companion secrets`: gives each component its own secrets. Images run under different users, and Compose gives file
 * secrets neither owner nor mode: so this one process, root with CHOWN and DAC_OVERRIDE only and without a network,
 * writes them into one volume for each component.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { catalog } from "../../catalog.ts";
import { secrets } from "../../secrets.ts";
import { secretFiles, secretFolders } from "./files.ts";
import type { FileContent, ReadSecret } from "./files.ts";

/** Gives a path to a user and a group. */
type Own = (path: string, uid: number, gid: number) => void;

/**
 * @param own - How owners are given; tests that are not root put their own here.
 * @returns 0 when every component has its files, 1 when a secret is missing.
 */
export async function runSecrets(
  _args: readonly string[],
  env: NodeJS.ProcessEnv,
  own: Own = chownSync,
): Promise<number> {
  const from = env["OBSBOX_SECRETS_FROM"] ?? "/secrets";
  const to = env["OBSBOX_SECRETS_TO"] ?? "/out";
  const missing = missingSecrets(from);
  if (missing.length > 0) {
    process.stderr.write(
      `secrets: ${missing.join(", ")} missing or empty; run obsbox init, it makes what is not there\n`,
    );
    return 1;
  }
  if (isOtherPassword(from, to)) {
    process.stderr.write(
      'secrets: the data of Elasticsearch was made with another password than secrets/elasticsearch-elastic; put the old folder secrets back, or remove the data with "obsbox destroy"\n',
    );
    return 1;
  }
  for (const component of Object.keys(secretFiles)) {
    const folder = join(to, component);
    const written = Object.entries(filesOf(component, from)).filter(([name, content]) =>
      put(join(folder, name), content(readerOf(from)), userOf(component), own),
    );
    const kept = new Set(written.map(([name]) => name));
    for (const stale of readdirSync(folder).filter((name) => !kept.has(name))) rmSync(join(folder, stale));
    // Once it is the component's, its mode can only be changed with a capability that this process does not have.
    if ((statSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
    own(folder, ...userOf(component));
    process.stdout.write(`secrets: ${component} has ${[...kept].join(", ")}\n`);
  }
  return 0;
}

/** What the table has for a component, and what lies in its folder, where it has one. */
function filesOf(component: string, from: string): Readonly<Record<string, FileContent>> {
  const own = secretFolders[component];
  if (own === undefined || !existsSync(join(from, own))) return secretFiles[component] ?? {};
  const names = readdirSync(join(from, own)).filter((name) => /^[a-z0-9-]+$/.test(name));
  const given = names.map((name) => [name, (read: ReadSecret) => read(join(own, name))?.trim()] as const);
  return { ...secretFiles[component], ...Object.fromEntries(given) };
}

function missingSecrets(folder: string): readonly string[] {
  const read = readerOf(folder);
  return Object.entries(secrets)
    .filter(([name, { optional }]) => optional !== true && name !== "ca.key" && !read(name))
    .map(([name]) => name);
}

/** Elasticsearch takes its first password into its data: another one later would lock the setup out. */
function isOtherPassword(from: string, to: string): boolean {
  const given = join(to, "elasticsearch", "elastic-password");
  return existsSync(given) && readFileSync(given, "utf8") !== readerOf(from)("elasticsearch-elastic");
}

function readerOf(folder: string): ReadSecret {
  return (name) => {
    try {
      return secrets[name]?.bytes === undefined
        ? readFileSync(join(folder, name), "utf8")
        : readFileSync(join(folder, name), "utf8").trim();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  };
}

/** Whole or not at all: a component that starts meanwhile never reads half a key. */
function put(path: string, content: string | undefined, user: readonly [number, number], own: Own): boolean {
  if (content === undefined) return false;
  writeFileSync(`${path}.new`, content, { mode: 0o400 });
  own(`${path}.new`, ...user);
  renameSync(`${path}.new`, path);
  return true;
}

function userOf(component: string): readonly [number, number] {
  const row = Object.entries(catalog).find(([name]) => name === component)?.[1];
  if (row === undefined) throw new Error(`there is no component ${component} in the catalogue`);
  const [uid = "0", gid = "0"] = row.user.split(":");
  return [Number(uid), Number(gid)];
}
