import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { environmentFile } from "../../stack/settings.ts";
import { keepSecret } from "../alerts/secret.ts";
import { copyPackageFiles } from "./files.ts";
import { makeLeaf, makeAuthority } from "./certificates.ts";
import { prepareBox } from "./prepare.ts";

const none = { size: undefined, settings: {} } as const;
let folder = "";
/** Stands for the installed package. */
let root = "";
beforeEach(() => {
  const place = mkdtempSync(join(tmpdir(), "obsbox-box-"));
  [folder, root] = [join(place, "box"), join(place, "package")];
  writePackage({
    "stack/compose/compose.yaml": "services: {}\n",
    "stack/config/nginx/nginx.conf": "one\n",
    "stack/config/alertmanager/alertmanager.yml":
      "route: { receiver: warning, routes: [] }\nreceivers: [{ name: warning }]\n",
    "alerts/hosts.yml": "two\n",
    "alerts/hosts.test.yml": "tests\n",
    "alerts/kubernetes.yml": "not on one machine\n",
    "alerts/slos.yml": "what slo.rules.yml is made of\n",
    "dashboards/grafana/en/hosts/obsbox-hosts.json": "{}\n",
    "stack/companion/Dockerfile": "FROM x\n",
    "dist/companion/companion.mjs": "three\n",
  });
});

const prepare = (choices: Parameters<typeof prepareBox>[1] = none) => prepareBox(folder, choices, root);
const read = (path: string) => readFileSync(join(folder, path), "utf8");
const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o7777).toString(8);

test("a new box has its files, folders, settings, secrets and certificates", async () => {
  const { isNew, hasChanged, box } = await prepare({ size: "small", settings: { OBSBOX_PORT: "8443" } });
  expect([isNew, hasChanged]).toEqual([true, true]);
  expect(box.settings).toMatchObject({ OBSBOX_PORT: "8443", OBSBOX_GRAFANA_MEMORY: "256m", OBSBOX_HOST: "localhost" });
  expect(readdirSync(folder).toSorted()).toEqual(
    [".env", "ca.crt", "companion", "compose.yaml", "config", "custom", "generated", "logs", "secrets"].toSorted(),
  );
  expect(readdirSync(join(folder, "config/prometheus/rules"))).toEqual(["hosts.yml"]);
  expect(read("config/grafana/dashboards/en/hosts/obsbox-hosts.json")).toBe("{}\n");
  const token = read("secrets/auth-first-link");
  expect(read("secrets/first-login")).toBe(`https://localhost:8443/oauth2/password?token=${token}\n`);
});

test("what is secret is readable by its owner alone, what containers read by everybody", async () => {
  await prepare();
  const secrets = readdirSync(join(folder, "secrets")).map((name) => modeOf(`secrets/${name}`));
  expect(new Set(secrets)).toEqual(new Set(["600"]));
  expect([
    modeOf("secrets"),
    modeOf(".env"),
    modeOf("config"),
    modeOf("config/nginx/nginx.conf"),
    modeOf("ca.crt"),
  ]).toEqual(["700", "600", "755", "644", "644"]);
  expect([modeOf("generated/alertmanager"), modeOf("generated/alertmanager/alertmanager.yml")]).toEqual(["755", "644"]);
  expect(modeOf("logs")).toBe("2770");
});

test("the folder of receivers' secrets is its owner's alone, and stays so", async () => {
  const { box } = await prepare();
  keepSecret(box, "on-call", "https://hooks.example/1");
  expect(await prepare()).toMatchObject({ hasChanged: false, secrets: [] });
  expect([modeOf("secrets/alertmanager"), modeOf("secrets/alertmanager/on-call")]).toEqual(["700", "600"]);
});

test("a second time changes nothing", async () => {
  await prepare();
  const before = contentsOf(folder);
  const again = await prepare();
  expect(again).toMatchObject({ isNew: false, hasChanged: false, files: [], secrets: [], certificates: [] });
  expect(contentsOf(folder)).toEqual(before);
});

test("an upgrade replaces what is ours and keeps what is the user's", async () => {
  await prepare();
  const secret = read("secrets/machine-token");
  const mine = {
    ".env": "OBSBOX_PORT=9443\n",
    "compose.override.yaml": "services: {}\n",
    "custom/prometheus/rules/x.yml": "mine\n",
  };
  for (const [path, text] of Object.entries(mine)) writeFileSync(join(folder, path), text);
  writePackage({ "stack/config/nginx/nginx.conf": "changed\n" });
  rmSync(join(root, "alerts/hosts.yml"));
  const { files } = await prepare();
  expect(files).toEqual(["config/nginx/nginx.conf", "config/prometheus/rules/hosts.yml"]);
  expect(existsSync(join(folder, "config/prometheus/rules/hosts.yml"))).toBe(false);
  expect(read("config/nginx/nginx.conf")).toBe("changed\n");
  for (const [path, text] of Object.entries(mine)) expect(read(path)).toBe(text);
  expect(read("secrets/machine-token")).toBe(secret);
});

test("a rule file of the user's goes before that of the package with the same name", async () => {
  await prepare();
  writeFileSync(join(folder, "custom/prometheus/rules/hosts.yml"), "mine\n");
  await prepare();
  expect(readdirSync(join(folder, "config/prometheus/rules"))).toEqual([]);
  rmSync(join(folder, "custom/prometheus/rules/hosts.yml"));
  await prepare();
  expect(read("config/prometheus/rules/hosts.yml")).toBe("two\n");
});

test("objectives of the user's own give the rules, and those that cannot be are refused", async () => {
  writePackage({ "alerts/slo.rules.yml": "groups: []\n" });
  await prepare();
  expect(read("config/prometheus/rules/slo.rules.yml")).toBe("groups: []\n");
  const file = join(folder, "custom/prometheus/slos.yml");
  writeFileSync(file, "slos: [{ name: mine, sli: errors, objective: 99 }]\n");
  await prepare();
  expect(read("config/prometheus/rules/slo.rules.yml")).toContain('slo="mine"');
  expect(await prepare()).toMatchObject({ files: [], hasChanged: false });
  writeFileSync(file, "slos: [{ name: mine, sli: errors, objective: 100 }]\n");
  await expect(prepare()).rejects.toThrow("custom/prometheus/slos.yml: mine: objective is 100");
});

test("a secret that is missing is made, the others stay", async () => {
  await prepare();
  const before = read("secrets/machine-token");
  rmSync(join(folder, "secrets/grafana-secret-key"));
  writeFileSync(join(folder, "secrets/auth-session-key"), "");
  const { secrets } = await prepare();
  expect(secrets).toEqual(["grafana-secret-key", "auth-session-key"]);
  expect(read("secrets/machine-token")).toBe(before);
});

test("a folder with somebody else's compose.yaml is left alone", async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "docker-compose.yml"), "services: {}\n");
  await expect(prepare()).rejects.toMatchObject({ name: "UserError", message: /docker-compose\.yml is not of obsbox/ });
  expect(readdirSync(folder)).toEqual(["docker-compose.yml"]);
});

test("a copy that was broken off is completed", async () => {
  copyPackageFiles(folder, root);
  rmSync(join(folder, "compose.yaml"));
  const { files } = await prepare();
  expect(files).toEqual(["compose.yaml", "generated/alertmanager/alertmanager.yml"]);
  expect((await prepare()).files).toEqual([]);
});

test("choices that an existing .env contradicts are refused, those that it holds are not", async () => {
  await prepare({ size: "small", settings: { OBSBOX_PORT: "8443" } });
  await expect(prepare({ size: undefined, settings: { OBSBOX_PORT: "9443" } })).rejects.toMatchObject({
    hint: "set OBSBOX_PORT=9443 there",
    exitCode: 2,
  });
  await expect(prepare({ size: "standard", settings: {} })).rejects.toMatchObject({ exitCode: 2 });
  await expect(prepare({ size: "small", settings: { OBSBOX_PORT: "8443" } })).resolves.toMatchObject({
    hasChanged: false,
  });
});

test("a new host name gives a new certificate and a new link, and the same authority", async () => {
  await prepare();
  const authority = read("secrets/ca.crt");
  writeFileSync(join(folder, ".env"), environmentFile("standard", { OBSBOX_HOST: "obs.example" }));
  const { certificates } = await prepare();
  expect(certificates).toEqual([{ name: "nginx", reason: "it does not cover obs.example" }]);
  expect([read("secrets/ca.crt"), read("ca.crt")]).toEqual([authority, authority]);
  expect(read("secrets/first-login")).toMatch(/^https:\/\/obs\.example\/oauth2/);
});

test("the link's file does not come back once it was used", async () => {
  await prepare();
  rmSync(join(folder, "secrets/first-login"));
  expect((await prepare()).hasChanged).toBe(false);
  expect(existsSync(join(folder, "secrets/first-login"))).toBe(false);
});

test("a certificate of the user's is taken over, and one that cannot serve is refused", async () => {
  await prepare();
  const own = await makeLeaf(await makeAuthority("company"), ["obs.example"]);
  writeFileSync(join(folder, "own.crt"), own.cert);
  writeFileSync(join(folder, "own.key"), own.key);
  const settings = { OBSBOX_HOST: "obs.example", OBSBOX_TLS_CERT: "own.crt", OBSBOX_TLS_KEY: "./own.key" };
  writeFileSync(join(folder, ".env"), environmentFile("standard", settings));
  expect((await prepare()).certificates).toEqual([{ name: "nginx", reason: "OBSBOX_TLS_CERT names another one" }]);
  expect([read("secrets/nginx.crt"), modeOf("secrets/nginx.key")]).toEqual([own.cert, "600"]);
  expect((await prepare()).hasChanged).toBe(false);
  writeFileSync(join(folder, ".env"), environmentFile("standard", { ...settings, OBSBOX_HOST: "other.example" }));
  await expect(prepare()).rejects.toThrow("it does not cover other.example");
  writeFileSync(join(folder, ".env"), environmentFile("standard", { ...settings, OBSBOX_TLS_KEY: "none.key" }));
  await expect(prepare()).rejects.toThrow("OBSBOX_TLS_KEY: there is no file none.key");
});

test("a package that lacks a part says so", async () => {
  rmSync(join(root, "dist"), { recursive: true });
  await expect(prepare()).rejects.toMatchObject({ message: /companion\.mjs is missing/, hint: /npm run build/ });
});

function writePackage(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), 0o600);
  }
}

function contentsOf(place: string): ReadonlyMap<string, string> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const { mtimeMs, mode } = statSync(path);
      return [path, `${mtimeMs} ${mode} ${readFileSync(path, "utf8")}`];
    }),
  );
}
