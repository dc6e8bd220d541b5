/** `obsbox init`: what a new box is, whoever makes it. */
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { secrets as secretTable } from "../../stack/secrets.ts";
import { prepareBox } from "../../cli/box/prepare.ts";
import { root } from "../helpers/run-program.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "obsbox-init-"));

interface Options {
  readonly cwd?: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command to its end, with a umask that a careful administrator has. */
function obsbox(args: readonly string[], { cwd = root, uid, env = {} }: Options = {}) {
  const line = `umask 077; exec "$0" "$@"`;
  const own = uid === undefined ? {} : { uid, gid: uid };
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OBSBOX_")));
  return spawnSync("sh", ["-c", line, process.execPath, join(root, "cli/main.ts"), ...args], {
    cwd,
    encoding: "utf8",
    env: { ...clean, NO_COLOR: "1", ...env },
    ...own,
  });
}

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test("init makes the box in this folder, and prints no secret", () => {
  const folder = newFolder();
  const { status, stdout, stderr } = obsbox(["init", "--size", "small"], { cwd: folder });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^Made a box of size small in .*: 18 secrets, none of them printed\./);
  expect(stdout).toContain(`the link in ${join(folder, "secrets/first-login")}`);
  expect(readFileSync(join(folder, "compose.yaml"))).toEqual(readFileSync(join(root, "stack/compose/compose.yaml")));
  const values = readdirSync(join(folder, "secrets"))
    .filter((name) => !/\.crt$|^\./.test(name))
    .map((name) => readFileSync(join(folder, "secrets", name), "utf8").trim());
  expect(values.filter((value) => stdout.includes(value))).toEqual([]);
});

test("every file has its mode whatever the umask is", () => {
  const folder = newFolder();
  obsbox(["init"], { cwd: folder });
  const modes = new Map(filesIn(folder).map((path) => [path.slice(folder.length + 1), modeOf(path)]));
  const isPrivate = (path: string) => path.startsWith("secrets/") || path === ".env";
  for (const [path, mode] of modes) expect([path, mode]).toEqual([path, isPrivate(path) ? "600" : "644"]);
  expect(["secrets", "logs", "config", "custom/prometheus/targets"].map((name) => modeOf(join(folder, name)))).toEqual([
    "700",
    "2770",
    "755",
    "755",
  ]);
});

test("init a second time changes nothing and says so", () => {
  const folder = newFolder();
  obsbox(["init"], { cwd: folder });
  const before = filesIn(folder).map((path) => [path, statSync(path).mtimeMs, readFileSync(path, "utf8")]);
  const again = obsbox(["init"], { cwd: join(folder, "custom"), env: { OBSBOX_DIR: folder } });
  expect(again.stdout).toMatch(/nothing to change/);
  expect(again.status).toBe(0);
  expect(filesIn(folder).map((path) => [path, statSync(path).mtimeMs, readFileSync(path, "utf8")])).toEqual(before);
});

test("a folder with somebody else's compose.yaml is refused in one line with a remedy", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "compose.yaml"), "services: {}\n");
  const { status, stderr } = obsbox(["init"], { cwd: folder });
  expect([status, readdirSync(folder)]).toEqual([1, ["compose.yaml"]]);
  expect(stderr).toBe(
    `obsbox: ${join(folder, "compose.yaml")} is not of obsbox\n  make the box in a folder of its own: obsbox init --dir obsbox\n`,
  );
});

test("the result is there as JSON, without a secret", () => {
  const folder = newFolder();
  const result: unknown = JSON.parse(obsbox(["init", "--json", "--dir", folder]).stdout);
  expect(result).toMatchObject({
    folder,
    isNew: true,
    hasChanged: true,
    firstLogin: join(folder, "secrets/first-login"),
  });
  expect(JSON.stringify(result)).not.toContain(readFileSync(join(folder, "secrets/auth-first-link"), "utf8"));
});

test("a hundred boxes have a hundred values of every secret and every key", async () => {
  const choices = { size: "small", settings: {} } as const;
  const names = Object.keys(secretTable).filter((name) => secretTable[name]?.optional !== true);
  const values = new Map(names.map((name) => [name, new Set<string>()]));
  for (let count = 0; count < 100; count += 1) {
    const { box } = await prepareBox(join(newFolder(), "box"), choices);
    for (const [name, known] of values) known.add(readFileSync(join(box.folder, "secrets", name), "utf8"));
  }
  expect([...values].filter(([, known]) => known.size !== 100).map(([name]) => name)).toEqual([]);
  const all = [...values.values()].flatMap((known) => [...known]);
  expect(new Set(all).size).toBe(100 * names.length);
});

test("generated secrets have 256 bits", async () => {
  const { box } = await prepareBox(join(newFolder(), "box"), { size: "small", settings: {} });
  for (const [name, { bytes }] of Object.entries(secretTable)) {
    if (bytes === undefined) continue;
    expect(readFileSync(join(box.folder, "secrets", name), "utf8")).toMatch(/^[\w-]{43}$/);
  }
});

test.skipIf(process.getuid?.() !== 0)("a user who is not uid 1000 makes a box of his own", () => {
  const home = newFolder();
  chownSync(home, 1234, 1234);
  const { status, stderr } = obsbox(["init", "--dir", "box"], { cwd: home, uid: 1234, env: { HOME: home } });
  expect([status, stderr]).toEqual([0, ""]);
  const owners = filesIn(join(home, "box")).map((path) => statSync(path).uid);
  expect(new Set(owners)).toEqual(new Set([1234]));
  expect(readFileSync(join(home, "box/.env"), "utf8")).toMatch(/^OBSBOX_LOG_GROUP=1234$/m);
});

test.skipIf(process.getuid?.() !== 0)("a folder of secrets that is somebody else's is one line with a remedy", () => {
  const home = newFolder();
  mkdirSync(join(home, "box"));
  obsbox(["init", "--dir", "box"], { cwd: home });
  writeFileSync(join(home, "box/.env"), "", { mode: 0o644 });
  chownSync(join(home, "box/.env"), 1234, 1234);
  chownSync(home, 1234, 1234);
  const { status, stderr } = obsbox(["up", "--dir", "box"], { cwd: home, uid: 1234, env: { HOME: home } });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^obsbox: \S+ may not be read or written by you\n {2}make it yours: sudo chown -R [^\n]+\n$/);
});
