/** Commands of `obsbox` on a box that runs: people, machines, drop-ins, and data that another box left behind. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { makeBox, runCli } from "../helpers/run-cli.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { openBox } from "./box/box.ts";
import type { Box } from "./box/box.ts";

let box: Box;
beforeAll(async () => void (box = await openBox()), 10 * 60_000);

const docker = (...args: readonly string[]) => execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" });

interface Check {
  readonly name: string;
  readonly findings: readonly { readonly level: string; readonly what: string }[];
}

test("doctor finds nothing that keeps a healthy box from working", async () => {
  const { code, stdout } = await box.obsbox("doctor", "--json");
  const { checks }: { checks: readonly Check[] } = JSON.parse(stdout);
  const failures = checks.flatMap(({ name, findings }) => findings.map((finding) => ({ name, ...finding })));
  expect(failures.filter(({ level }) => level === "failure")).toEqual([]);
  expect([code, checks.map(({ name }) => name)]).toEqual([
    0,
    expect.arrayContaining(["address", "elasticsearch", "alerts"]),
  ]);
});

test("the address answers to who trusts the certificate that trust prints", async () => {
  const { stdout } = await box.obsbox("trust", "--print");
  const ca = readFileSync(stdout.trim());
  const status = await new Promise((resolve, reject) => {
    request(`${box.origin}/`, { ca }, (answer) => resolve(answer.statusCode))
      .on("error", reject)
      .end();
  });
  expect(status).toBeTypeOf("number");
});

test("a user has a role, a one-time link in a file, and is gone once removed", async () => {
  const added = await box.obsbox("users", "add", "grace", "--role", "editor", "--json");
  const { path }: { path: string } = JSON.parse(added.stdout);
  expect(readFileSync(path, "utf8")).toMatch(/^https:\/\/localhost:\d+\/oauth2\/password\?token=[\w-]{40,}\n$/);
  const { stdout } = await box.obsbox("users", "list", "--json");
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ name: "grace", role: "editor", hasPassword: false }),
  );
  expect((await box.obsbox("users", "remove", "grace")).code).toBe(0);
  expect((await box.obsbox("users", "list")).stdout).not.toContain("grace");
});

test("a token that was made lets a machine in, until it is revoked", async () => {
  const { stdout: token } = await box.obsbox("tokens", "create", "of-a-test", "--scope", "otlp");
  const send = () => sendTraces(box, token.trim());
  expect(await send()).toBe(200);
  expect((await box.obsbox("tokens", "revoke", "of-a-test")).code).toBe(0);
  await waitFor("the end of the token", async () => (await send()) === 401);
});

test("a broken drop-in is refused with its file and line, and what runs goes on", async () => {
  const path = join(box.folder, "custom/prometheus/rules/broken.yml");
  writeFileSync(path, "groups:\n- name: broken\n  rules:\n  - alert: A\n    expr: up ==\n");
  try {
    const { code, stdout } = await box.obsbox("reload");
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/custom\/prometheus\/rules\/broken\.yml: 5:\d+: .*parse error/),
    ]);
    expect((await box.obsbox("status", "--json")).code).toBe(0);
  } finally {
    rmSync(path);
  }
  expect((await box.obsbox("reload")).code).toBe(0);
});

test("logs of the box's own services are those of their files", async () => {
  const { stdout } = await box.obsbox("logs", "auth", "--tail", "5", "--json");
  const [first = ""] = stdout.split("\n");
  expect(JSON.parse(first)).toEqual({
    component: "auth",
    line: expect.stringContaining('"service.name":"obsbox-auth"'),
  });
});

const project = "obsbox-left-behind";
const volumes = [`${project}_elasticsearch-data`, `${project}_elasticsearch-secrets`];
afterAll(() => {
  for (const volume of volumes) execFileSync("docker", ["volume", "rm", "--force", volume], { stdio: "ignore" });
});

test("data that a box with other secrets left behind keeps a new one from being started", async () => {
  for (const volume of volumes) {
    docker("volume", "create", "--label", `com.docker.compose.project=${project}`, volume);
  }
  const [image = ""] = docker(
    "compose",
    "--project-directory",
    box.folder,
    "config",
    "--images",
    "elasticsearch",
  ).split("\n");
  const write = "printf 'a password of old' > /v/elastic-password";
  docker(
    "run",
    "--rm",
    "--user",
    "0:0",
    "--entrypoint",
    "sh",
    "--volume",
    `${volumes[1] ?? ""}:/v`,
    image,
    "-c",
    write,
  );
  const folder = await makeBox(await freePort());
  const own = `\nCOMPOSE_PROJECT_NAME=${project}\nOBSBOX_GRAFANA_SUBNET=10.213.77.16/29\n`;
  writeFileSync(join(folder, ".env"), readFileSync(join(folder, ".env"), "utf8") + own);
  writeFileSync(join(folder, "compose.override.yaml"), readOverride());
  const { code, stderr } = await runCli(["up", "--dir", folder]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/✗ volumes +there is data of a box obsbox-left-behind that was made with other secrets/),
  ]);
  expect(docker("ps", "--all", "--quiet", "--filter", `label=com.docker.compose.project=${project}`)).toBe("");
});

/** The images that the tests' box runs, where it has others than the official ones. */
function readOverride(): string {
  try {
    return readFileSync(join(box.folder, "compose.override.yaml"), "utf8");
  } catch {
    return "services: {}\n";
  }
}

function sendTraces({ origin, ca }: Box, token: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const call = request(`${origin}/otlp/v1/traces`, { ca, method: "POST", headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  call.on("error", reject).end('{"resourceSpans":[]}');
  return promise;
}
