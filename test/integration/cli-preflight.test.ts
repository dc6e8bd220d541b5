/** What `obsbox up` refuses, with a stand-in for Docker's client: one line, one remedy, nothing started. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeArchive } from "../../cli/report/archive.ts";
import { dockerStandIn, goodAnswers } from "../helpers/docker-stand-in.ts";
import type { Answer } from "../helpers/docker-stand-in.ts";
import { freePort } from "../helpers/free-port.ts";
import { makeBox, runCli } from "../helpers/run-cli.ts";

let freeBoxPort = 0;
let takenPort = 0;
let server: Server | undefined;
beforeAll(async () => {
  freeBoxPort = await freePort();
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  takenPort = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => void server?.close());

interface Broken {
  readonly answers?: readonly Answer[];
  readonly breakBox?: (folder: string) => void;
  readonly env?: Readonly<Record<string, string>>;
}

async function up({ answers = [], breakBox, env = {} }: Broken) {
  const folder = await makeBox(freeBoxPort);
  breakBox?.(folder);
  const docker = dockerStandIn([...answers, ...goodAnswers]);
  const { code, stdout, stderr } = await runCli(["up", "--dir", folder], { ...docker.env, ...env });
  const findings = stderr.split("\n").filter((line) => /^ {2}[✗!] /.test(line));
  return { folder, code, stdout, stderr, findings, calls: docker.calls() };
}

const info = (change: object): Answer => {
  const [good] = goodAnswers;
  return { words: "info", stdout: JSON.stringify({ ...JSON.parse(String(good?.stdout)), ...change }) };
};

const setting = (line: string) => (folder: string) => {
  const path = join(folder, ".env");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n${line}\n`);
};

const otherSecret = gunzipSync(makeArchive([{ name: "elastic-password", text: "another one" }]));
const services = JSON.stringify({ services: { elasticsearch: { image: "elastic" } } });

const cases: readonly (readonly [string, Broken, RegExp, RegExp])[] = [
  ["no docker", { env: { PATH: "/nowhere" } }, /docker .*not installed/, /get-docker/],
  [
    "no daemon",
    {
      answers: [
        { words: "info", stderr: "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n", code: 1 },
      ],
    },
    /daemon cannot be reached: Cannot connect/,
    /start Docker Desktop, or: sudo systemctl start docker/,
  ],
  [
    "no permission",
    { answers: [{ words: "info", stderr: "permission denied while trying to connect\n", code: 1 }] },
    /you may not use the Docker daemon/,
    /usermod -aG docker/,
  ],
  [
    "an old engine",
    { answers: [info({ ServerVersion: "19.03.8" })] },
    /Engine 19\.03\.8 is older than 20\.10/,
    /docs\.docker\.com\/engine/,
  ],
  [
    "no Compose",
    { answers: [{ words: "compose version", code: 1 }] },
    /Docker Compose is missing/,
    /install the Compose plugin/,
  ],
  [
    "an old Compose",
    { answers: [{ words: "compose version", stdout: "2.29.7\n" }] },
    /Compose 2\.29\.7 is older than 2\.30/,
    /compose\/install/,
  ],
  [
    "a broken override",
    { answers: [{ words: "compose config --quiet", stderr: "yaml: line 2: did not find key\n", code: 15 }] },
    /refuses the files of the box: yaml: line 2/,
    /mend compose\.override\.yaml/,
  ],
  [
    "a taken port",
    { breakBox: (folder) => setting(`OBSBOX_PORT=${takenPort}`)(folder) },
    /port \d+ is taken by another program/,
    /OBSBOX_PORT/,
  ],
  [
    "a port of another container",
    {
      answers: [{ words: "ps --filter", stdout: "shop-web-1\n" }],
      breakBox: (folder) => setting(`OBSBOX_PORT=${takenPort}`)(folder),
    },
    /is taken by the container shop-web-1/,
    /stop it/,
  ],
  [
    "little memory",
    { answers: [info({ MemTotal: 2e9 })] },
    /Docker has 2\.0 GB of memory, this box may take 3\.\d GB/,
    /--size small/,
  ],
  // /proc is a file system without a free byte.
  [
    "a full disk",
    { answers: [info({ DockerRootDir: "/proc" })] },
    /0\.0 GB free where Docker keeps its data \(\/proc\)/,
    /make room/,
  ],
  [
    "open secrets",
    { breakBox: (folder) => chmodSync(join(folder, "secrets"), 0o755) },
    /secrets can be read by others/,
    /chmod 700/,
  ],
  [
    "an open secret",
    { breakBox: (folder) => chmodSync(join(folder, "secrets/ca.key"), 0o644) },
    /ca\.key can be read by others/,
    /chmod 600/,
  ],
  [
    "a wrong setting",
    { breakBox: setting("OBSBOX_LOGS_RETENTION=forever") },
    /OBSBOX_LOGS_RETENTION in \.env is "forever", expected a time/,
    /change it in/,
  ],
  [
    "an unknown setting",
    { breakBox: setting("OBSBOX_LOG_RETENTION=7d") },
    /OBSBOX_LOG_RETENTION .*no such setting/,
    /change it in/,
  ],
  [
    "another box of this name",
    { answers: [{ words: "ps --all --filter", stdout: "/srv/ada/box\tnginx\n" }] },
    /another box named obsbox is in \/srv\/ada\/box/,
    /COMPOSE_PROJECT_NAME/,
  ],
  [
    "a taken subnet",
    {
      answers: [
        { words: "network ls", stdout: "n1\n" },
        {
          words: "network inspect",
          stdout: JSON.stringify([{ Name: "vpn", Labels: {}, IPAM: { Config: [{ Subnet: "10.213.0.0/16" }] } }]),
        },
      ],
    },
    /the subnet 10\.213\.78\.0\/29 collides with Docker network vpn \(10\.213\.0\.0\/16\)/,
    /OBSBOX_GRAFANA_SUBNET/,
  ],
  [
    "data that was made with other secrets",
    {
      answers: [
        { words: "volume ls", stdout: "obsbox_elasticsearch-data\nobsbox_elasticsearch-secrets\n" },
        { words: "compose config --format json", stdout: services },
        { words: "image inspect", stdout: "sha256:1\n" },
        { words: "create", stdout: "c1\n" },
        { words: "cp", stdout: otherSecret },
        { words: "rm" },
      ],
    },
    /data of a box obsbox that was made with other secrets/,
    /put its folder secrets back .* or give the data up: obsbox destroy/,
  ],
];

describe.concurrent("up refuses", () => {
  test.each(cases)("%s: one finding, one remedy, exit code 1, nothing started", async (_what, broken, what, remedy) => {
    const { code, stdout, stderr, findings, calls } = await up(broken);
    expect(findings, stderr).toHaveLength(1);
    expect(findings[0]).toMatch(what);
    const lines = stderr.split("\n");
    expect(lines[lines.indexOf(findings[0] ?? "") + 1]).toMatch(remedy);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/Nothing was started\.\n$/);
    expect(calls.filter((call) => /compose .*\b(up|build|pull|restart|start|run)\b/.test(call))).toEqual([]);
  });
});

test("a missing secret is made, because a box without data has lost nothing", async () => {
  const { stderr } = await up({ breakBox: (folder) => rmSync(join(folder, "secrets/grafana-secret-key")) });
  expect(stderr).toMatch(/secrets +made: grafana-secret-key/);
});

test("the volume is looked at through a container that is never started and does not stay", async () => {
  const broken = cases.find(([what]) => what.startsWith("data that"))?.[1] ?? {};
  const { calls } = await up(broken);
  expect(calls.filter((call) => /^(create|cp|start|run|rm) /.test(call))).toEqual([
    "create --volume obsbox_elasticsearch-secrets:/v elastic none",
    "cp c1:/v/elastic-password -",
    "rm --force c1",
  ]);
});

interface Refusal {
  readonly outcome: string;
  readonly checks: readonly { readonly name: string; readonly findings: readonly object[] }[];
}

test("every finding is told at once, and as JSON where a program asks", async () => {
  const folder = await makeBox(freeBoxPort);
  chmodSync(join(folder, "secrets"), 0o755);
  const docker = dockerStandIn([info({ MemTotal: 2e9, ServerVersion: "19.03.8" }), ...goodAnswers]);
  const { code, stdout, stderr } = await runCli(["up", "--dir", folder, "--json"], docker.env);
  const result: Refusal = JSON.parse(stdout);
  expect([code, stderr, result.outcome]).toEqual([1, "", "refused"]);
  expect(result.checks.filter(({ findings }) => findings.length > 0).map(({ name }) => name)).toEqual([
    "secrets-folder",
    "engine",
    "memory",
  ]);
});

test("an engine before 28 is a warning for a box that others reach, and the box goes on to be started", async () => {
  const answers = [info({ ServerVersion: "27.5.1" })];
  const { stderr, calls } = await up({ answers, breakBox: setting("OBSBOX_BIND=0.0.0.0") });
  expect(stderr).toMatch(/! engine .*27\.5\.1 opens published ports wider/);
  expect(calls).toContain("compose config --format json");
});

test("doctor shows every check, and ends with 1 when one fails", async () => {
  const folder = await makeBox(freeBoxPort);
  const well = await runCli(["doctor", "--dir", folder], dockerStandIn(goodAnswers).env);
  expect(well.stdout).toMatch(
    /✓ settings\n[\s\S]*· disk +not checked\n[\s\S]*✓ volumes\n\n✓ 11 checks, nothing to mend, 1 not checked\n$/,
  );
  expect(well.code).toBe(0);
  const ill = await runCli(["doctor", "--dir", folder], { PATH: "/nowhere" });
  expect(ill.stdout).toMatch(/✗ docker\s+docker is not installed.*\n.*\n {2}· engine +not checked\n/);
  expect(ill.code).toBe(1);
});
