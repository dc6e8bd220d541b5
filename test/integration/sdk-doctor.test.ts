import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moods, startElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import { startFault, startFaultyReceiver } from "../helpers/faulty-receiver.ts";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, root, startCommand, startProgram } from "../helpers/run-program.ts";

interface Finding {
  readonly level: string;
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
  readonly details?: readonly string[];
}

interface Result {
  readonly name: string;
  readonly seen: string;
  readonly findings: readonly Finding[];
  readonly isSkipped?: true;
}

type Environment = Readonly<Record<string, string | undefined>>;

const program = join(root, "sdk/dist/doctor/main.js");

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "obsbox-sdk-doctor-")));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent("the doctor in the folder of a sound service", () => {
  test("finds nothing and ends with 0", async () => {
    const cwd = await makeProject("sound", soundFiles);
    const { code, stdout, stderr } = await runDoctor(cwd, []);
    expect([code, stderr], stdout).toEqual([0, ""]);
    expect(stdout).toContain("✓ start flag     --import in npm run start");
    expect(stdout).toMatch(/✓ \d+ checks, none failed, \d not needed/);
  });

  test("sends a line, a metric and a span that arrive", async () => {
    const cwd = await makeProject("sending", soundFiles);
    await using receiver = await startOtlpReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OBSBOX_LOG_DIR: "logs",
      OTEL_METRICS_EXPORTER: "otlp,prometheus",
    };
    const { code, checks, stdout } = await examine(cwd, env, "--send");
    expect(code, stdout).toBe(0);
    expect(["test line", "test metric", "test span"].map((name) => seenBy(checks, name))).toEqual([
      "read back from its file",
      "taken by the receiver",
      `taken by ${receiver.url}/v1/traces`,
    ]);
    expect(receiver.spans.find(({ name }) => name === "obsbox doctor")?.resource["service.name"]).toBe("shop");
    expect(receiver.metrics.map(({ name }) => name)).toContain("obsbox.doctor.runs");
    expect(await readdir(join(cwd, "logs"))).toHaveLength(1);
  });
});

describe.concurrent("settings", () => {
  test("that cannot be used, or have no effect, are named one by one", async () => {
    const env = { OTEL_TRACES_SAMPLER_ARG: "7", OBSBOX_LOG_LEVEL: "loud", OTEL_CONFIG_FILE: "otel.yaml" };
    const { code, checks } = await examine(await makeProject("settings", soundFiles), env);
    expect(code).toBe(1);
    expect(findingsOf(checks, "settings").map(({ code, what }) => `${code}: ${what}`)).toEqual([
      expect.stringContaining("not-started: logs.level (OBSBOX_LOG_LEVEL)"),
      expect.stringContaining("not-started: traces.ratio (OTEL_TRACES_SAMPLER_ARG)"),
      "ignored-OTEL_CONFIG_FILE: OTEL_CONFIG_FILE has no effect",
    ]);
  });

  test("of a file are read with --env", async () => {
    const cwd = await makeProject("env", { ...soundFiles, "prod.env": "OTEL_SERVICE_NAME=orders\n" });
    const { checks } = await examine(cwd, {}, "--env", "prod.env");
    expect(seenBy(checks, "settings")).toBe("service orders");
  });
});

describe.concurrent("packages", () => {
  test("that are there twice are shown with their paths", async () => {
    const cwd = await makeProject("copies", {
      ...soundFiles,
      ...installed("node_modules/other/node_modules", "@obsbox/sdk", "0.0.9"),
      ...installed("node_modules/other/node_modules", "@opentelemetry/api", "1.11.0"),
      ...installed("node_modules/other/node_modules", "pino", "8.21.0"),
    });
    const { code, checks } = await examine(cwd, {});
    const findings = findingsOf(checks, "packages");
    expect(code).toBe(0);
    expect(findings.map((finding) => `${finding.level} ${finding.code}`)).toEqual([
      "warning second-sdk",
      "warning api-version",
      "warning pino-too-old",
      "note doubled-packages",
    ]);
    expect(findings[0]?.details).toEqual([
      `0.1.0  ${cwd}/node_modules/@obsbox/sdk`,
      `0.0.9  ${cwd}/node_modules/other/node_modules/@obsbox/sdk`,
    ]);
  });

  test("of the SDK that are missing are a failure", async () => {
    const cwd = await makeProject("missing", { "package.json": manifestOf({}) });
    const { code, checks } = await examine(cwd, {});
    expect([code, findingsOf(checks, "packages")[0]?.code]).toEqual([1, "sdk-missing"]);
  });

  test("of other SDKs are named with what to do, Sentry only before it left OpenTelemetry alone", async () => {
    const withSentry = (version: string) =>
      makeProject(`sentry-${version}`, {
        ...soundFiles,
        ...installed("node_modules", "@sentry/node", version),
        "package.json": manifestOf({ dependencies: { "@sentry/node": version } }),
      });
    const older = await examine(await withSentry("10.4.0"), {});
    const newer = await examine(await withSentry("11.2.0"), {});
    expect(findingsOf(older.checks, "other SDKs")).toEqual([
      expect.objectContaining({
        level: "warning",
        code: "second-sdk",
        what: "@sentry/node 10.4.0 is a dependency too",
      }),
    ]);
    expect([seenBy(newer.checks, "other SDKs"), findingsOf(newer.checks, "other SDKs")]).toEqual([
      "@sentry/node 11.2.0",
      [],
    ]);
  });

  test("of another SDK that a flag starts as well are a failure", async () => {
    const files = { ...soundFiles, "package.json": manifestOf({ dependencies: { "dd-trace": "6.0.0" } }) };
    const cwd = await makeProject("dd-trace", files);
    const { code, checks } = await examine(cwd, {});
    expect([code, findingsOf(checks, "other SDKs")[0]?.level]).toEqual([0, "warning"]);
    const started = await makeProject("dd-trace-started", {
      ...files,
      Procfile: "web: node -r dd-trace/init --import @obsbox/sdk/register app.js",
    });
    const { code: codeStarted, checks: found } = await examine(started, {});
    expect([codeStarted, findingsOf(found, "other SDKs")[0]?.what]).toEqual([
      1,
      "dd-trace is started too, by Procfile",
    ]);
  });
});

describe.concurrent("the start", () => {
  test("by a flag behind the program is a failure", async () => {
    const scripts = { start: "node app.js --import @obsbox/sdk/register" };
    const cwd = await makeProject("behind", { ...soundFiles, "package.json": manifestOf({ scripts }) });
    const { code, checks } = await examine(cwd, {});
    expect([code, findingsOf(checks, "start flag")[0]?.code]).toEqual([1, "flag-position"]);
  });

  test("in code, after other imports, is warned of; where nothing starts the SDK, that is said", async () => {
    const files = { ...soundFiles, "package.json": manifestOf({ scripts: { start: "node app.js" } }) };
    const inCode = 'import express from "express";\nimport { start } from "@obsbox/sdk";\nstart();\n';
    const late = await examine(await makeProject("late", { ...files, "app.js": inCode }), {});
    const none = await examine(await makeProject("none", { ...files, "app.js": 'import "express";\n' }), {});
    expect([late, none].map(({ checks }) => findingsOf(checks, "start flag")[0]?.code)).toEqual([
      "load-order",
      "flag-missing",
    ]);
    expect(findingsOf(late.checks, "start flag")[0]?.what).toBe("app.js imports express before @obsbox/sdk");
  });

  test("with a bundler names what must stay external, unless all does", async () => {
    const dependencies = { express: "5.3.0" };
    const bundling = (build: string) => ({
      ...soundFiles,
      "package.json": manifestOf({ dependencies, scripts: { ...soundScripts, build } }),
    });
    const bad = await examine(await makeProject("bundled", bundling("esbuild app.js --bundle")), {});
    const good = await makeProject("external", bundling("esbuild app.js --bundle --packages=external"));
    expect(findingsOf(bad.checks, "bundlers")).toEqual([
      expect.objectContaining({
        level: "warning",
        code: "bundler-found",
        remedy: "if it bundles the service, keep these external: @obsbox/sdk, express",
      }),
    ]);
    expect(findingsOf((await examine(good, {})).checks, "bundlers")).toEqual([]);
  });
});

describe.concurrent("the admin port", () => {
  test("of this service itself is no finding; that of another one is named", async () => {
    const port = String(await freePort());
    const env = { OTEL_EXPORTER_PROMETHEUS_PORT: port };
    await using service = startProgram("users-app.mjs", {
      flags: register,
      env: { ...env, OTEL_SERVICE_NAME: "shop" },
    });
    await service.port();
    const cwd = await makeProject("port", soundFiles);
    const own = await examine(cwd, env);
    expect(seenBy(own.checks, "admin port")).toBe(`127.0.0.1:${port} is held by the service shop`);
    const other = await examine(cwd, { ...env, OTEL_SERVICE_NAME: "billing" });
    expect([own.code, other.code]).toEqual([0, 1]);
    expect(findingsOf(other.checks, "admin port")).toEqual([
      expect.objectContaining({ code: "admin-port", what: expect.stringContaining("taken by the service shop") }),
    ]);
  });

  test("that something else holds is said to be another program's", async () => {
    const server = createServer((_request, response) => void response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = String((server.address() as AddressInfo).port);
    const { checks } = await examine(await makeProject("foreign-port", soundFiles), {
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
    });
    server.close();
    expect(findingsOf(checks, "admin port")[0]?.what).toContain(`port ${port} is taken by another program`);
  });
});

test("in a container the admin port is tried on all addresses, as a service would open it", async () => {
  const port = String(await freePort());
  const { checks } = await examine(await makeProject("port-in-container", soundFiles), {
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
    OTEL_EXPORTER_PROMETHEUS_HOST: undefined,
    OTEL_EXPORTER_PROMETHEUS_PORT: port,
  });
  expect(seenBy(checks, "admin port")).toBe(`0.0.0.0:${port} is free`);
});

describe.concurrent("the OTLP receiver", () => {
  test.each([
    ["refused", "connection-refused"],
    ["black hole", "no-answer"],
    ["TLS error", "tls-refused"],
    ["DNS failure", "address-unknown"],
    ["503", "not-available"],
  ] as const)("%s is %s", async (fault, code) => {
    await using receiver = await startFault(fault);
    const result = await examine(await makeProject("receiver", soundFiles), {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    expect(findingsOf(result.checks, "OTLP receiver").map((finding) => finding.code)).toEqual([code]);
    expect(result.code).toBe(1);
  });

  test.each([
    [401, "not-authorized"],
    [404, "wrong-path"],
  ])("that answers %d is %s", async (status, code) => {
    await using receiver = await startFaultyReceiver({ status });
    const cwd = await makeProject("receiver", soundFiles);
    const result = await examine(cwd, {}, "--url", receiver.url);
    expect(findingsOf(result.checks, "OTLP receiver").map((finding) => finding.code)).toEqual([code]);
  });

  test("whose clock is wrong takes all, and is warned of", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using receiver = await startFaultyReceiver({ status: 200, headers: { date } });
    const cwd = await makeProject("clock", soundFiles);
    const { code, checks } = await examine(cwd, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(code).toBe(0);
    expect(findingsOf(checks, "OTLP receiver")).toEqual([
      expect.objectContaining({
        level: "warning",
        code: "clock-skew",
        what: expect.stringMatching(/^the receiver's clock is 3[56]\d\d s ahead of/),
      }),
    ]);
  });

  test("that is away loses the test span, within the deadline of the service", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OBSBOX_SHUTDOWN_TIMEOUT_MS: "500" };
    const { code, checks } = await examine(await makeProject("away", soundFiles), env, "--send");
    expect([code, findingsOf(checks, "test span")[0]?.code]).toEqual([1, "test-lost"]);
  });

  test("gets the token, and no report shows it", async () => {
    await using receiver = await startFaultyReceiver({ status: 403 });
    const token = "s3cr3t-0123456789abcdef";
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}`,
    };
    const { stdout } = await examine(await makeProject("token", soundFiles), env);
    expect(receiver.headers[0]?.authorization).toBe(`Bearer ${token}`);
    expect(stdout).not.toContain(token);
  });
});

describe.concurrent("Elasticsearch", () => {
  test("that takes lines is no finding, and the test line arrives there", async () => {
    await using elasticsearch = await startElasticsearchStandIn();
    const env = { OBSBOX_ELASTICSEARCH_URL: elasticsearch.url };
    const { code, checks, stdout } = await examine(await makeProject("elastic", soundFiles), env, "--send");
    expect(code, stdout).toBe(0);
    expect(seenBy(checks, "test line")).toBe("taken by Elasticsearch");
    expect([...elasticsearch.documents.values()].map(({ fields }) => fields["event.action"])).toEqual(["doctor"]);
  });

  test("that answers in its own words to a request without lines is reached", async () => {
    const body = '{"error":{"type":"parse_exception","reason":"request body is required"},"status":400}';
    await using elasticsearch = await startFaultyReceiver({ status: 400, body });
    await using other = await startFaultyReceiver({ status: 400, body: "Bad Request" });
    const cwd = await makeProject("elastic-empty", soundFiles);
    const [reached, foreign] = await Promise.all(
      [elasticsearch, other].map(({ url }) => examine(cwd, { OBSBOX_ELASTICSEARCH_URL: url })),
    );
    expect([reached?.code, foreign?.code]).toEqual([0, 1]);
    expect(findingsOf(foreign?.checks ?? [], "Elasticsearch")[0]?.code).toBe("not-taken");
  });

  test("that refuses the key is not-authorized", async () => {
    await using elasticsearch = await startElasticsearchStandIn();
    elasticsearch.mood = moods.unauthorized;
    const { code, checks } = await examine(await makeProject("elastic-key", soundFiles), {
      OBSBOX_ELASTICSEARCH_URL: elasticsearch.url,
    });
    expect([code, findingsOf(checks, "Elasticsearch")[0]?.code]).toEqual([1, "not-authorized"]);
  });
});

describe.concurrent("folders and files", () => {
  test("that cannot be used are failures", async () => {
    const cwd = await makeProject("folders", { ...soundFiles, "a-file": "" });
    const env = { OBSBOX_LOG_DIR: "a-file/logs", OTEL_EXPORTER_OTLP_CERTIFICATE: "nowhere.pem" };
    const { code, checks } = await examine(cwd, env);
    expect([code, findingsOf(checks, "folders")[0]?.code, findingsOf(checks, "certificates")[0]?.code]).toEqual([
      1,
      "log-dir",
      "certificate-file",
    ]);
  });

  test("with less room than their budget are warned of", async () => {
    const env = { OBSBOX_LOG_DIR: "logs", OBSBOX_LOG_TOTAL_BYTES: "8000000GiB" };
    const { code, checks } = await examine(await makeProject("space", soundFiles), env);
    expect([code, findingsOf(checks, "folders")[0]?.code]).toEqual([0, "log-dir-space"]);
  });
});

describe.concurrent("the command", () => {
  test.each([
    [[]],
    [["cure"]],
    [["doctor", "--loud"]],
    [["doctor", "--url", "receiver:4318"]],
    [["doctor", "--env", "no.env"]],
  ])("%j is wrong usage: exit code 2, nothing on stdout", async (args) => {
    await using doctor = startCommand(process.execPath, [program, ...args], { cwd: folder });
    expect([await doctor.ended(), doctor.stdout()]).toEqual([2, ""]);
    expect(doctor.stderr()).toMatch(/^obsbox doctor: .+\nSee npx @obsbox\/sdk doctor --help\n$/);
  });

  test("shows what it can do with --help", async () => {
    const { code, stdout } = await runDoctor(folder, ["--help"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Usage: npx @obsbox/sdk doctor [options]")]);
  });

  test("prints one JSON document, also where NODE_OPTIONS starts the SDK in it", async () => {
    const cwd = await makeProject("node-options", soundFiles);
    const env = { NODE_OPTIONS: `--import ${join(root, "sdk/dist/register.js")}`, OBSBOX_QUIET: "1" };
    const { code, checks } = await examine(cwd, env);
    expect([code, checks.length]).toEqual([0, 11]);
  });
});

const soundScripts = { start: "node --import @obsbox/sdk/register app.js" };

const soundFiles: Readonly<Record<string, string>> = {
  "package.json": manifestOf({}),
  "app.js": "",
  ...installed("node_modules", "@obsbox/sdk", "0.1.0"),
  ...installed("node_modules", "@opentelemetry/api", "1.10.0"),
  ...installed("node_modules", "pino", "10.4.0"),
};

function manifestOf(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ name: "shop", version: "2.0.0", type: "module", scripts: soundScripts, ...fields });
}

/** What the doctor reads of a package that is installed. */
function installed(place: string, name: string, version: string): Readonly<Record<string, string>> {
  return { [`${place}/${name}/package.json`]: JSON.stringify({ name, version }) };
}

async function makeProject(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(folder, `${name}-`));
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

async function runDoctor(cwd: string, args: readonly string[], env: Environment = {}) {
  await using doctor = startCommand(process.execPath, [program, "doctor", ...args], { cwd, env });
  const code = await doctor.ended();
  return { code, stdout: doctor.stdout(), stderr: doctor.stderr() };
}

async function examine(cwd: string, env: Environment, ...args: readonly string[]) {
  const result = await runDoctor(cwd, ["--json", ...args], env);
  if (result.stdout === "") throw new Error(result.stderr);
  const { checks } = JSON.parse(result.stdout) as { checks: readonly Result[] };
  return { ...result, checks };
}

function findingsOf(checks: readonly Result[], name: string): readonly Finding[] {
  return checks.find((check) => check.name === name)?.findings ?? [];
}

function seenBy(checks: readonly Result[], name: string): string | undefined {
  return checks.find((check) => check.name === name)?.seen;
}
