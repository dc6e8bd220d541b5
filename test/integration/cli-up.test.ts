/** `obsbox up`, `status`, `users`, `tokens` with a stand-in for Docker's client: what is shown, what is called, how it ends. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { dockerStandIn, goodAnswers } from "../helpers/docker-stand-in.ts";
import type { Answer } from "../helpers/docker-stand-in.ts";
import { freePort } from "../helpers/free-port.ts";
import { cliEnvironment, cliMain, makeBox, runCli } from "../helpers/run-cli.ts";
import { waitFor } from "../helpers/wait-for.ts";

let port = 0;
let folder = "";
beforeAll(async () => void (port = await freePort()));
beforeEach(async () => void (folder = await makeBox(port)));

async function run(args: readonly string[], answers: readonly Answer[]) {
  const docker = dockerStandIn([...answers, ...goodAnswers]);
  const result = await runCli([...args, "--dir", folder], docker.env);
  return { ...result, calls: docker.calls() };
}

const secretOf = (name: string) => readFileSync(join(folder, "secrets", name), "utf8").trim();

interface Row {
  readonly service: string;
  readonly state?: string;
  readonly health?: string;
  readonly exitCode?: number;
}

/** Answers of a Docker that has these containers. */
function containers(rows: readonly Row[]): readonly Answer[] {
  const list = rows.map(({ service, state = "running", health = "healthy", exitCode = 0 }) =>
    JSON.stringify({ ID: `id-${service}`, Service: service, State: state, Health: health, ExitCode: exitCode }),
  );
  const details = rows.map(({ service, health = "healthy", state = "running" }) => ({
    Id: `id-${service}`,
    Image: "sha256:1",
    RestartCount: 2,
    Config: { Labels: { "com.docker.compose.config-hash": "h" } },
    State: {
      Status: state,
      StartedAt: new Date().toISOString(),
      FinishedAt: new Date().toISOString(),
      Health: { Log: health === "unhealthy" ? [{ ExitCode: 1, Output: "connection refused\n" }] : [] },
    },
  }));
  const services = Object.fromEntries(rows.map(({ service }) => [service, { image: `image-${service}` }]));
  return [
    { words: "compose config --format json", stdout: JSON.stringify({ services }, null, 2) },
    { words: "compose config --hash", stdout: rows.map(({ service }) => `${service} h\n`).join("") },
    { words: "compose ps --all --no-trunc", stdout: list.join("\n") },
    { words: "inspect", stdout: JSON.stringify(details) },
    { words: "image inspect", stdout: rows.map(() => "sha256:1\n").join("") },
    {
      words: "compose exec -T auth node /companion.mjs users list",
      stdout: '[{"user":"admin","role":"admin","hasPassword":false}]',
    },
  ];
}

const healthy = containers([
  { service: "nginx" },
  { service: "secrets", state: "exited", health: "" },
  { service: "elasticsearch" },
]);

test("a box that runs as its files say is left alone", async () => {
  const { code, stdout, calls } = await run(["up"], healthy);
  expect(stdout).toMatch(/^✓ Nothing to change: all 3 components are healthy\.\n/);
  expect(code).toBe(0);
  expect(calls.filter((call) => /\b(up|build|restart)\b/.test(call))).toEqual([]);
});

test("a box that does not run is started, and the end says address, sign-in and next command", async () => {
  const other = healthy.map((answer) =>
    answer.words.endsWith("--hash") ? { ...answer, stdout: "nginx other\n" } : answer,
  );
  const { code, stdout, stderr, calls } = await run(["up"], [...other, { words: "compose up" }]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/ 0 s {2}nginx {2}healthy\n.* 0 s {2}secrets {2}done\n/s)]);
  expect(calls).toContain("compose --progress plain up --detach --remove-orphans");
  expect(stdout).toMatch(/^✓ All 3 components are healthy after \d+ s\.\n/);
  expect(stdout).toContain(`https://localhost:${port}`);
  expect(stdout).toContain(`obsbox open   the one-time link stands in ${join(folder, "secrets/first-login")}`);
  expect(stdout).toContain("obsbox env");
});

test("a component that does not become healthy is named, with its last lines and a report without secrets", async () => {
  const password = secretOf("elasticsearch-elastic");
  const { code, stderr, stdout } = await run(
    ["up"],
    [
      ...containers([
        { service: "nginx", state: "created", health: "" },
        { service: "elasticsearch", health: "unhealthy" },
      ]),
      {
        words: "compose up",
        stderr: "dependency failed to start: container obsbox-elasticsearch-1 is unhealthy\n",
        code: 1,
      },
      { words: "compose logs", stdout: `starting\nwrong password ${password}\n` },
    ],
  );
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/✗ did not start: elasticsearch\n {2}dependency failed to start/);
  expect(stderr).toMatch(
    /elasticsearch is unhealthy; its healthcheck says: connection refused\n {4}starting\n {4}wrong password \[redacted\]/,
  );
  const report = /without secrets: (\S+)/.exec(stderr)?.[1] ?? "";
  expect((statSync(report).mode & 0o777).toString(8)).toBe("600");
  expect(execFileSync("tar", ["-tzf", report], { encoding: "utf8" })).toMatch(
    /versions\.txt\n[\s\S]*health\.json\n[\s\S]*logs\.txt/,
  );
  const all = execFileSync("tar", ["-xzOf", report], { encoding: "utf8" });
  expect(all).toContain("wrong password [redacted]");
  expect(all + stderr).not.toContain(password);
});

test("a box that takes too long is given up at the timeout", async () => {
  const { code, stderr } = await run(
    ["up", "--timeout", "1s"],
    [
      ...containers([{ service: "nginx" }, { service: "elasticsearch", health: "starting" }]),
      { words: "compose up" },
      { words: "compose logs" },
    ],
  );
  expect([code, stderr]).toEqual([1, expect.stringMatching(/✗ not ready after \d+ s: elasticsearch/)]);
});

test("the result of a failed start is there as JSON", async () => {
  const { code, stdout, stderr } = await run(
    ["up", "--json"],
    [
      ...containers([{ service: "setup", state: "exited", health: "", exitCode: 1 }]),
      { words: "compose up", stderr: 'service "setup" did not complete successfully: exit 1\n', code: 1 },
      { words: "compose logs", stdout: "no route\n" },
    ],
  );
  expect([code, stderr]).toEqual([1, ""]);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "failed",
    message: 'service "setup" did not complete successfully: exit 1',
    components: [{ name: "setup", phase: "failed" }],
    failure: { components: [{ name: "setup", lines: ["no route"] }] },
  });
});

test("Ctrl-C ends it at once, and says what goes on", async () => {
  const docker = dockerStandIn([
    ...containers([{ service: "nginx", health: "starting" }]),
    { words: "compose up" },
    ...goodAnswers,
  ]);
  const child = spawn(process.execPath, [cliMain, "up", "--dir", folder], {
    env: { ...cliEnvironment, ...docker.env },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close");
  await waitFor("the first line", () => stderr.includes("nginx"));
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(stderr).toMatch(/obsbox: interrupted\n {2}what was started goes on: obsbox status, obsbox down\n$/);
});

test("an image that is missing is built before anything is started", async () => {
  const service = { secrets: { image: "companion", build: { context: "./companion" } } };
  const answers = [
    { words: "compose config --format json", stdout: JSON.stringify({ services: service }) },
    { words: "image inspect", code: 1 },
    { words: "compose build", stderr: "#5 ERROR: no such base image\n", code: 17 },
  ];
  const { code, stderr, calls } = await run(["up"], answers);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/image could not be built: #5 ERROR: no such base image\n/),
  ]);
  expect(calls.some((call) => call.includes(" up "))).toBe(false);
});

test("status tells of each component, and ends with 1 unless all are well", async () => {
  const stats = { words: "stats", stdout: '{"ID":"id-nginx","MemUsage":"10MiB / 64MiB"}\n' };
  const ill = await run(
    ["status"],
    [
      stats,
      ...containers([
        { service: "nginx" },
        { service: "grafana", health: "unhealthy" },
        { service: "setup", state: "exited", health: "", exitCode: 1 },
      ]),
    ],
  );
  expect(ill.stdout.replaceAll(/ +\n/g, "\n")).toMatch(/nginx +healthy +\d+ s +2 +10 \/ 64 MiB\n/);
  expect(ill.stdout).toMatch(/grafana +unhealthy .* connection refused\n/);
  expect(ill.stdout).toMatch(/setup +failed .* ended with exit code 1\n[\s\S]*✗ 1 of 3 ready/);
  expect(ill.code).toBe(1);
  const well = await run(["status", "--json"], [stats, ...healthy]);
  expect([well.code, JSON.parse(well.stdout)]).toEqual([0, expect.objectContaining({ healthy: true })]);
});

test("status says when Docker cannot be reached", async () => {
  const { code, stderr } = await run(
    ["status"],
    [
      { words: "compose config --format json", stdout: '{"services":{}}' },
      { words: "compose ps", stderr: "Cannot connect to the Docker daemon\n", code: 1 },
    ],
  );
  expect([code, stderr]).toEqual([
    1,
    "obsbox: docker compose ps failed: Cannot connect to the Docker daemon\n  obsbox doctor tells more\n",
  ]);
});

test("a user's one-time link goes into a file, and nowhere else", async () => {
  const answer = { user: "ada", token: "one-time-token", expires: "2026-02-01T00:00:00.000Z" };
  const { code, stdout, stderr, calls } = await run(
    ["users", "add", "ada", "--role", "editor"],
    [{ words: "compose exec -T auth node /companion.mjs users add ada --role editor", stdout: JSON.stringify(answer) }],
  );
  const path = join(folder, "secrets/links/ada");
  expect([code, stderr, stdout.split("\n")[1]]).toEqual([0, "", `The one-time link stands in ${path}`]);
  expect(readFileSync(path, "utf8")).toBe(`https://localhost:${port}/oauth2/password?token=one-time-token\n`);
  expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
  expect(stdout + calls.join("\n")).not.toContain("one-time-token");
});

test("what the companion refuses is one line with its remedy", async () => {
  const { code, stderr } = await run(
    ["users", "add", "ada"],
    [{ words: "compose exec", stderr: "there is a user ada already; change the role with users role\n", code: 1 }],
  );
  expect([code, stderr]).toEqual([1, "obsbox: there is a user ada already\n  change the role with users role\n"]);
});

test("a token is printed this once, alone on stdout", async () => {
  const { code, stdout } = await run(
    ["tokens", "create", "ci", "--scope", "push"],
    [
      {
        words: "compose exec -T auth node /companion.mjs tokens create ci --scope push",
        stdout: '{"name":"ci","token":"t0ken"}\n',
      },
    ],
  );
  expect([code, stdout]).toEqual([0, "t0ken\n"]);
});

test("the link's file is gone once somebody has used it", async () => {
  const link = join(folder, "secrets/first-login");
  expect((await run(["open", "--no-browser"], healthy)).stdout).toContain(link);
  const used = '[{"user":"admin","role":"admin","hasPassword":true}]';
  const { stdout } = await run(
    ["open", "--no-browser"],
    [{ words: "compose exec -T auth node /companion.mjs users list", stdout: used }],
  );
  expect([stdout, existsSync(link)]).toEqual([`https://localhost:${port}/\n`, false]);
});

test("destroy does nothing without a yes, and removes every volume with one", async () => {
  const volumes = { words: "volume ls", stdout: "obsbox_grafana-data\n" };
  const asked = await run(["destroy"], [volumes]);
  expect([asked.code, asked.calls.some((call) => call.includes("down"))]).toEqual([1, false]);
  expect(asked.stderr).toMatch(/everything that it has stored:\n {2}obsbox_grafana-data\n[\s\S]*add --yes/);
  const link = secretOf("auth-first-link");
  const done = await run(["destroy", "--yes"], [volumes, { words: "compose down" }, { words: "volume rm" }]);
  expect(done.code).toBe(0);
  expect(done.calls).toContain("compose --progress plain down --remove-orphans --volumes");
  expect(done.calls).toContain("volume rm obsbox_grafana-data");
  expect(existsSync(join(folder, "secrets/first-login"))).toBe(false);
  await run(["init"], []);
  expect(secretOf("auth-first-link")).not.toBe(link);
});

test("reload refuses a broken file, names it, and sends no signal to who would read it", async () => {
  const { code, stdout, calls } = await run(
    ["reload"],
    [
      ...containers([{ service: "prometheus" }, { service: "nginx" }]),
      {
        words: "compose exec -T prometheus promtool",
        stderr: "/etc/obsbox/rules/a.yml: 5:11: unexpected end\n",
        code: 1,
      },
      { words: "compose exec -T nginx nginx" },
      { words: "compose kill" },
    ],
  );
  expect([code, calls.filter((call) => call.includes(" kill "))]).toEqual([
    1,
    ["compose --progress plain kill --signal SIGHUP nginx"],
  ]);
  expect(stdout).toMatch(
    /✗ prometheus goes on with what it had.*\n {4}custom\/prometheus\/rules\/a\.yml: 5:11: unexpected end\n/,
  );
  expect(stdout).toMatch(/✗ alertmanager not running\n✓ nginx reloaded\n/);
});

test("logs of a component that does not exist name those that do", async () => {
  const { code, stderr } = await run(["logs", "grafanna"], healthy);
  expect([code, stderr]).toEqual([
    2,
    "obsbox: there is no component grafanna\n  expected nginx, secrets, elasticsearch\n",
  ]);
});

test("no secret of a box is an argument of any call, or in what is printed", async () => {
  const runs = [
    ["up"],
    ["up", "--json"],
    ["status"],
    ["doctor"],
    ["open", "--no-browser"],
    ["down"],
    ["users", "list"],
    ["reload"],
  ];
  const texts: string[] = [];
  for (const args of runs) {
    const { stdout, stderr, calls } = await run(args, [...healthy, { words: "compose down" }]);
    texts.push([stdout, stderr, ...calls].join("\n"));
  }
  const names = readdirSync(join(folder, "secrets")).filter((name) => !/\.crt$|^\.|^links$/.test(name));
  for (const name of names) for (const text of texts) expect(text).not.toContain(secretOf(name));
});

test("env prints what a service needs, the token among it, and says on stderr that it is secret", async () => {
  const { code, stdout, stderr } = await run(["env", "--service", "orders", "--format", "dotenv"], []);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^# Holds a secret/)]);
  expect(stdout).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=https://localhost:${port}/otlp\n`);
  expect(stdout).toContain(`OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${secretOf("machine-token")}\n`);
  expect((await run(["env", "--format", "xml"], [])).code).toBe(2);
});

test("targets are added, listed and removed", async () => {
  const add = (...rest: readonly string[]) => run(["targets", "add", "orders", ...rest], []);
  expect((await add("host.docker.internal:9464", "--label", "team=shop")).code).toBe(0);
  expect((await add("host.docker.internal:9464", "--label", "team=shop")).stdout).toBe("Nothing to change.\n");
  expect((await run(["targets", "list", "--json"], [])).stdout).toContain('"team": "shop"');
  expect(await add("https://orders:9464")).toMatchObject({ code: 2, stderr: expect.stringContaining("scrape.d") });
  expect((await run(["targets", "remove", "orders"], [])).code).toBe(0);
  expect(await run(["targets", "remove", "orders"], [])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("there are: none"),
  });
});

test("trust prints the path of the authority's certificate, which anybody may read", async () => {
  const { stdout } = await run(["trust", "--print"], []);
  expect(stdout).toBe(`${join(folder, "ca.crt")}\n`);
  expect((statSync(stdout.trim()).mode & 0o777).toString(8)).toBe("644");
});

test("a command on a box that is not there says how to make one", async () => {
  rmSync(folder, { recursive: true });
  expect(await run(["status"], [])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/there is no box in .*\n {2}make one and start it with: obsbox up/),
  });
});
