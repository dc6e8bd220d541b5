import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { readJson } from "../helpers/repository.ts";
import { register, root, startCommand } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Tarball {
  readonly file: string;
  readonly paths: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

const run = promisify(execFile);
const installTimeoutMs = 180_000;

/** What users have beside the packages. */
const { devDependencies } = readJson<{ devDependencies: Record<string, string> }>("package.json");
const companions = ["express", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);

const app = `
const express = require("express");
const app = express();
app.get("/rooms/:name", (request, response) => response.json({ room: request.params.name }));
app.get("/leave", (request, response) => response.end("", () => process.exit(0)));
const server = app.listen(0, () => console.log("listening " + server.address().port));
`;

const consumer = `
import { logger, metrics, start, withSpan } from "@obsbox/sdk";
import type { StartOptions, Telemetry } from "@obsbox/sdk";
import { expressErrorHandler, metricsHandler } from "@obsbox/sdk/express";
import "@obsbox/sdk/register";
import { startRecording } from "@obsbox/sdk/testing";
import { metrics as names } from "@obsbox/sdk/vocabulary";

const options: StartOptions = { serviceName: "rooms", traces: { ratio: 0.5 }, admin: false };
const telemetry: Telemetry = start(options);
const answer: Promise<number> = withSpan("answer", async (span) => {
  span.setAttribute("n", 1);
  logger.info({ n: 1 }, names.httpRequests.name);
  return 42;
});
metrics.counter("orders.placed", { unit: "{order}" }).add(await answer, { kind: "web" });
export const all = [telemetry.shutdown(), expressErrorHandler(), metricsHandler(), startRecording()];
`;

const mistaken = `
import { start } from "@obsbox/sdk";
start({ logs: { level: "loud" } });
`;

const boxFiles = [
  "alerts/services.yml",
  "dashboards/grafana/en/services/obsbox-services-red.json",
  "dist/companion/companion.mjs",
  "stack/compose/compose.yaml",
  "stack/config/nginx/nginx.conf",
];

let folder: string;
let sdk: Tarball;
let box: Tarball;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "obsbox-packages-"));
  [sdk, box] = await Promise.all([pack("sdk"), pack(".")]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["@obsbox/sdk", () => sdk, ["dist/index.js", "dist/index.d.ts", "dist/register.js", "dist/doctor/main.js"]],
  ["obsbox", () => box, ["dist/cli/main.js", "dist/stack/embedded/box.js", "dist/page/index.html", ...boxFiles]],
])("the tarball of %s", (name, tarball, needed) => {
  test("holds what was built, the files of a box, the licence and nothing else", () => {
    const { paths, packedBytes, unpackedBytes } = tarball();
    process.stdout.write(`${name}: ${paths.length} files, ${packedBytes} bytes packed, ${unpackedBytes} unpacked\n`);
    expect(paths).toEqual(expect.arrayContaining([...needed, "package.json", "LICENSE"]));
    const built =
      /^(package\.json|LICENSE|README\.md|dist\/licenses\.md|dist\/.+(\.js|\.mjs|\.js\.map|\.d\.ts|\.html|\.css|\.svg))$/;
    const ofABox = /^stack\/(compose\/(compose\.yaml|\.env\.example)|config\/[\w./-]+|companion\/Dockerfile)$/;
    const ofDashboards = /^(alerts\/[\w.-]+\.yml|dashboards\/(grafana|kibana)\/[\w/-]+\.json)$/;
    const isExpected = (path: string) => [built, ofABox, ofDashboards].some((pattern) => pattern.test(path));
    // What is compiled of a folder src keeps the folder's name.
    const unwanted = /\.test\.|fixture|example[-s/]|^(?!dist\/).*\/src\//;
    expect(paths.filter((path) => !isExpected(path) || unwanted.test(path))).toEqual([]);
  });

  test("is what publint expects of a package", async () => {
    const { stdout } = await run(join(root, "node_modules/.bin/publint"), ["run", tarball().file]);
    expect(stdout).toContain("All good!");
  });
});

describe("a project that has both installed", () => {
  test("has one SDK, the one of the tarball", async (context) => {
    const project = await installed(context);
    expect(existsSync(join(project, "node_modules/obsbox/node_modules/@obsbox"))).toBe(false);
    const lock = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8"));
    expect(lock.packages["node_modules/@obsbox/sdk"].resolved).toMatch(/^file:.*obsbox-sdk-.*\.tgz$/);
  });

  test("gets spans with the route and metrics from a CommonJS service by one flag", async (context) => {
    const cwd = await installed(context);
    await using receiver = await startOtlpReceiver();
    await using program = startCommand(process.execPath, [...register, "app.cjs"], {
      cwd,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    await fetch(`http://127.0.0.1:${await program.port()}/rooms/kitchen`);
    const [span] = await receiver.requests(1);
    expect(span).toMatchObject({ name: "GET /rooms/:name", resource: { "service.name": "packed" } });
    const samples = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
    expect(samples.find(({ labels }) => labels["http_route"] === "/rooms/:name")?.value).toBe(1);
    expect(program.stderr()).toBe("");
  });

  test("is looked at by npx @obsbox/sdk doctor, which NODE_OPTIONS for the service does not disturb", async (context) => {
    const cwd = await installed(context);
    const env = { NODE_OPTIONS: register.join(" "), OBSBOX_LOG_DIR: "logs-of-the-service" };
    await using doctor = startCommand("npx", ["@obsbox/sdk", "doctor", "--json"], { cwd, env });
    expect(await doctor.ended(), doctor.stdout()).toBe(0);
    const checks: { name: string; seen: string; findings: unknown[] }[] = JSON.parse(doctor.stdout()).checks;
    const about = (name: string) => checks.find((check) => check.name === name);
    expect(about("packages")?.seen).toMatch(/^@obsbox\/sdk \S+, @opentelemetry\/api \S+, pino \S+$/);
    expect(about("packages")?.findings).toEqual([]);
    expect(about("start flag")?.seen).toBe("--import in NODE_OPTIONS");
    expect(existsSync(join(cwd, env.OBSBOX_LOG_DIR)), "the doctor is no service").toBe(false);
    expect(doctor.stderr()).not.toContain("obsbox"); // npm may have something to say.
  });

  test("compiles against the types, those of libraries checked too", async (context) => {
    const cwd = await installed(context);
    const strict = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
    const flags = ["--noEmit", "--module", "nodenext", "--target", "es2023", "--types", "node", ...strict];
    const compile = (file: string) =>
      run(join(root, "node_modules/.bin/tsc"), [...flags, file], { cwd }).then(({ stdout }) => stdout, outputOf);
    expect(await compile("consumer.mts")).toBe("");
    expect(await compile("mistaken.mts")).toContain(`mistaken.mts(3,17): error TS2322: Type '"loud"'`);
  });

  test("shows a service on the page that npx obsbox dev opens", async (context) => {
    const cwd = await installed(context);
    const options = ["--port", "0", "--otlp-port", "0", "--scrape", "500ms", "--data", "none"];
    await using program = startCommand("npx", ["obsbox", "dev", ...options, "--", "node", "app.cjs"], { cwd });
    const url = await pageUrl(program);
    const service = `http://127.0.0.1:${await program.port()}`;
    await fetch(`${service}/rooms/kitchen`);

    const page = await fetch(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const script = /<script [^>]*src="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const source = await fetch(url + script);
    expect(source.headers.get("content-type")).toContain("text/javascript");
    expect((await source.text()).length).toBeGreaterThan(10_000);
    await waitFor("the service", async () => {
      const services = (await (await fetch(`${url}/api/services`)).json()) as { name: string; requests: number }[];
      return services.some(({ name, requests }) => name === "packed" && requests === 1);
    });
    await fetch(`${service}/leave`);
    expect(await program.ended(), program.stderr()).toBe(0);
  });
});

/** Packs what is built already: building it again would take `dist` away from the tests that run beside. */
async function pack(path: string): Promise<Tarball> {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: join(root, path),
  });
  const [packed]: { filename: string; size: number; unpackedSize: number; files: { path: string }[] }[] =
    JSON.parse(stdout);
  if (packed === undefined) throw new Error(`npm pack has made nothing of ${path}`);
  return {
    file: join(folder, packed.filename),
    paths: packed.files.map((file) => file.path),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
  };
}

let installing: Promise<string> | undefined;

/** Gives the folder of the project; skips the test, and says why, where there is no registry. */
async function installed({ skip }: Pick<TestContext, "skip">): Promise<string> {
  installing ??= install();
  try {
    return await installing;
  } catch (error) {
    const reason = /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENOTCACHED/.exec(String(error))?.[0];
    if (reason === undefined) throw error;
    return skip(`the npm registry cannot be reached: ${reason}`);
  }
}

async function install(): Promise<string> {
  const project = join(folder, "project");
  await mkdir(project);
  await Promise.all([
    writeFile(join(project, "package.json"), JSON.stringify({ name: "packed", version: "1.0.0", private: true })),
    writeFile(join(project, "app.cjs"), app),
    writeFile(join(project, "consumer.mts"), consumer),
    writeFile(join(project, "mistaken.mts"), mistaken),
  ]);
  const flags = ["--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...flags, sdk.file, box.file, ...companions], {
    cwd: project,
    timeout: installTimeoutMs,
  });
  return project;
}

function pageUrl(program: Program): Promise<string> {
  return waitFor("the box", () => {
    if (program.child.exitCode !== null) throw new Error(`it has ended: ${program.stderr()}`);
    return /page (\S+)/.exec(program.stderr())?.[1];
  });
}

function outputOf(error: unknown): string {
  return error instanceof Error && "stdout" in error ? `${error.message}\n${String(error.stdout)}` : String(error);
}
