import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { secrets } from "../../secrets.ts";
import { secretFiles } from "./files.ts";
import { runSecrets } from "./main.ts";

let folder = "";
const from = () => join(folder, "secrets");
const to = () => join(folder, "out");
const owners = new Map<string, string>();
const own = (path: string, uid: number, gid: number) => void owners.set(path.replace(/\.new$/, ""), `${uid}:${gid}`);
const run = () => runSecrets([], { OBSBOX_SECRETS_FROM: from(), OBSBOX_SECRETS_TO: to() }, own);
const written = (component: string, file: string) => readFileSync(join(to(), component, file), "utf8");

let printed = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "obsbox-secrets-"));
  mkdirSync(from());
  owners.clear();
  for (const component of Object.keys(secretFiles)) mkdirSync(join(to(), component), { recursive: true });
  for (const [name, { optional }] of Object.entries(secrets)) {
    if (optional !== true) writeFileSync(join(from(), name), `value of ${name}\n`);
  }
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((printed += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((printed += String(text))));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe("companion secrets", () => {
  test("gives each component its files and nobody else's", async () => {
    expect(await run()).toBe(0);
    for (const [component, files] of Object.entries(secretFiles)) {
      const expected = Object.keys(files).filter((file) => file !== "oidc-client-secret");
      expect(readdirSync(join(to(), component)).toSorted()).toEqual(expected.toSorted());
    }
    expect(readdirSync(join(to(), "nginx"))).not.toContain("ca.key");
  });

  test("makes them readable for their component's user alone", async () => {
    await run();
    for (const path of [join(to(), "jaeger"), join(to(), "jaeger", "password")]) {
      expect(owners.get(path)).toBe("10001:10001");
      expect(statSync(path).mode & 0o077).toBe(0);
    }
  });

  test("trims what was generated and keeps certificates as they are", async () => {
    await run();
    expect(written("jaeger", "password")).toBe("value of elasticsearch-jaeger");
    expect(written("jaeger", "ca.crt")).toBe("value of ca.crt\n");
  });

  test("writes a password with any character as YAML that reads it back", async () => {
    writeFileSync(join(from(), "elasticsearch-filebeat"), `"a'b: #{}$\\\u00e9`);
    await run();
    const [, quoted = ""] = /password: (.*)\n/.exec(written("filebeat", "output.yml")) ?? [];
    expect(JSON.parse(quoted)).toBe(`"a'b: #{}$\\\u00e9`);
  });

  test("gives Nginx one line for each role of people", async () => {
    await run();
    const basic = Buffer.from("obsbox_viewer:value of elasticsearch-viewer").toString("base64");
    expect(written("nginx", "kibana-authorization.conf").split("\n")).toContain(`viewer "Basic ${basic}";`);
  });

  test("changes nothing when it runs again, and removes what a component no longer has", async () => {
    await run();
    const before = written("kibana", "kibana.yml");
    writeFileSync(join(to(), "kibana", "old.yml"), "of an older version");
    expect(await run()).toBe(0);
    expect(written("kibana", "kibana.yml")).toBe(before);
    expect(readdirSync(join(to(), "kibana")).toSorted()).toEqual(["ca.crt", "kibana.yml"]);
  });

  test("takes away the client secret of a login that is no longer there", async () => {
    writeFileSync(join(from(), "oidc-client-secret"), "of the company");
    await run();
    expect(written("auth", "oidc-client-secret")).toBe("of the company");
    rmSync(join(from(), "oidc-client-secret"));
    await run();
    expect(readdirSync(join(to(), "auth"))).not.toContain("oidc-client-secret");
  });

  test("gives Alertmanager what the user has put into its folder, and takes away what is no longer there", async () => {
    mkdirSync(join(from(), "alertmanager"));
    writeFileSync(join(from(), "alertmanager", "chat"), "https://hooks.example/key\n");
    writeFileSync(join(from(), "alertmanager", ".chat.0a1b.new"), "half a key");
    await run();
    expect(readdirSync(join(to(), "alertmanager"))).toEqual(["chat"]);
    expect(written("alertmanager", "chat")).toBe("https://hooks.example/key");
    expect(owners.get(join(to(), "alertmanager", "chat"))).toBe("65534:65534");
    rmSync(join(from(), "alertmanager", "chat"));
    await run();
    expect(readdirSync(join(to(), "alertmanager"))).toEqual([]);
  });

  test("names what is missing or empty and writes nothing", async () => {
    rmSync(join(from(), "auth-session-key"));
    writeFileSync(join(from(), "elasticsearch-jaeger"), "\n");
    expect(await run()).toBe(1);
    expect(printed).toContain("elasticsearch-jaeger, auth-session-key missing or empty; run obsbox init");
    expect(readdirSync(join(to(), "nginx"))).toEqual([]);
  });

  test("refuses another password for Elasticsearch than its data was made with", async () => {
    await run();
    writeFileSync(join(from(), "elasticsearch-elastic"), "another");
    expect(await run()).toBe(1);
    expect(printed).toContain("made with another password");
    expect(written("elasticsearch", "elastic-password")).toBe("value of elasticsearch-elastic");
  });

  test("prints names and never a value", async () => {
    await run();
    expect(printed).toContain("nginx has");
    expect(printed).not.toContain("value of");
  });
});
