import { cp, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { durationBuckets } from "@obsbox/sdk/vocabulary";
import { describe, expect, test } from "vitest";
import type { Decoded } from "../../stack/embedded/otlp/decode.ts";
import { list, object } from "../../stack/embedded/otlp/read.ts";
import type { Span } from "../../stack/embedded/records.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, root, startCommand, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl, samplesOf, scrape, scrapeText } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Env = Readonly<Record<string, string>>;

/** As OTLP numbers it. */
const cumulative = 2;

describe("spans by OTLP", () => {
  test.each([
    [{}, "application/x-protobuf"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }, "application/x-protobuf"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, "application/json"],
    [
      { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" },
      "application/json",
    ],
  ])("with %j come as %s and hold all that was said", async (env, contentType) => {
    await using receiver = await runSpansApp(env);
    expect(receiver.received.map(({ headers }) => headers["content-type"])).toEqual([contentType]);
    const [inner, outer] = named(receiver, ["inner", "outer"]);
    expect(outer).toMatchObject({
      resource: { "service.name": "spans-app", "service.version": "2.0", team: "night shift" },
      scope: "@obsbox/sdk",
      parentId: null,
      kind: 5,
      status: 0,
      attributes: { text: "Ännchen \u{1f600}", whole: 2 ** 40, part: 0.5, yes: true, list: ["a", "b"], empty: "" },
      events: [{ name: "half way", attributes: { share: 0.5 } }],
      links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), attributes: { n: 1 } }],
    });
    expect(inner).toMatchObject({
      traceId: outer?.traceId,
      parentId: outer?.spanId,
      kind: 4,
      status: 2,
      statusMessage: "too far",
      attributes: { "error.type": "RangeError" },
      events: [{ name: "exception", attributes: { "exception.message": "too far", "exception.type": "RangeError" } }],
    });
    expect(Math.abs(Date.now() * 1000 - (outer?.startUs ?? 0))).toBeLessThan(60e6);
  });

  test("are compressed when that is asked for, and not on the way to this machine otherwise", async () => {
    await using plain = await runSpansApp({});
    await using compressed = await runSpansApp({ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });
    await using own = await runSpansApp({
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "none",
    });
    const encodings = [plain, compressed, own].map(({ received }) => received[0]?.headers["content-encoding"]);
    expect(encodings).toEqual([undefined, "gzip", undefined]);
    expect(named(compressed, ["outer"])).toMatchObject([{ kind: 5 }]);
  });
});

describe("addresses and headers", () => {
  const otlpMetrics = { OTEL_METRICS_EXPORTER: "otlp" };

  test.each<[string, (url: string) => Env, string[]]>([
    ["a base address", (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url }), ["/v1/metrics", "/v1/traces"]],
    [
      "a base address with a path",
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp/` }),
      ["/otlp/v1/metrics", "/otlp/v1/traces"],
    ],
    [
      "an address for each signal",
      (url) => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/spans/here`,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/numbers/metrics`,
      }),
      ["/numbers/metrics", "/spans/here"],
    ],
  ])("%s is used as OpenTelemetry says", async (_what, addresses, paths) => {
    await using receiver = await startOtlpReceiver();
    await end(startProgram("spans-app.mjs", { env: { ...otlpMetrics, ...addresses(receiver.url) } }));
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(paths);
  });

  test("headers are sent, decoded", async () => {
    const headers = "authorization=Bearer%20abc%3D, x-team = night%20shift";
    await using receiver = await runSpansApp({ ...otlpMetrics, OTEL_EXPORTER_OTLP_HEADERS: headers });
    expect(receiver.received).toHaveLength(2);
    for (const { headers: sent } of receiver.received)
      expect(sent).toMatchObject({ authorization: "Bearer abc=", "x-team": "night shift" });
  });

  test("headers of one signal go with no other", async () => {
    await using receiver = await startOtlpReceiver();
    const env = {
      ...otlpMetrics,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=both",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    };
    const sentBy = async (own: Env) => {
      const before = receiver.received.length;
      await end(startProgram("spans-app.mjs", { env: { ...env, ...own } }));
      const sent = receiver.received.slice(before);
      return Object.fromEntries(sent.map(({ path, headers }) => [path, headers.authorization]));
    };
    expect(await sentBy({ OTEL_EXPORTER_OTLP_TRACES_HEADERS: "authorization=traces" })).toEqual({
      "/v1/traces": "traces",
      "/v1/metrics": "both",
    });
    expect(await sentBy({ OTEL_EXPORTER_OTLP_METRICS_HEADERS: "authorization=metrics" })).toEqual({
      "/v1/traces": "both",
      "/v1/metrics": "metrics",
    });
    const secret = { OTEL_EXPORTER_OTLP_HEADERS: "", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "authorization=secret" };
    expect(await sentBy(secret)).toEqual({ "/v1/traces": "secret", "/v1/metrics": undefined });
  });
});

describe("OTEL_TRACES_EXPORTER", () => {
  test("console prints spans", async () => {
    await using program = startProgram("spans-app.mjs", { env: { OTEL_TRACES_EXPORTER: "console" } });
    expect(await program.ended()).toBe(0);
    expect(program.stdout()).toMatch(/name: 'inner'[\s\S]*name: 'outer'/);
  });

  test("none sends nothing, whatever the endpoint, and log lines keep their ids", async () => {
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    await using program = startProgram("users-app.mjs", { flags: register, env });
    const line = await askForUser(program);
    expect(line["trace.id"]).toMatch(/^[0-9a-f]{32}$/);
    await program.end();
    expect(receiver.received).toEqual([]);
  });

  test("otlp without an endpoint sends to the usual port of this machine", async () => {
    await using program = startProgram("users-app.mjs", { flags: register, env: { OTEL_TRACES_EXPORTER: "otlp" } });
    const start = await waitFor("the start line", () => program.lines()[0]);
    expect(start["message"]).toContain("traces to http://localhost:4318/v1/traces");
  });
});

describe("OTEL_METRICS_EXPORTER", () => {
  test("none serves no /metrics, and the other addresses of the admin port stay", async () => {
    await using program = startProgram("users-app.mjs", { flags: register, env: { OTEL_METRICS_EXPORTER: "none" } });
    const admin = await adminUrl(program);
    const statuses = await Promise.all(
      ["/metrics", "/healthz"].map(async (path) => (await fetch(admin + path)).status),
    );
    expect(statuses).toEqual([404, 200]);
  });

  test("otlp sends totals under the names of OpenTelemetry, with their units", async () => {
    await using receiver = await runSpansApp({ OTEL_METRICS_EXPORTER: "otlp" });
    expect(metricOf(receiver, "jobs.done")).toMatchObject({
      unit: "{job}",
      description: "Jobs",
      sum: {
        isMonotonic: true,
        aggregationTemporality: cumulative,
        dataPoints: [{ attributes: [{ key: "kind", value: { stringValue: "night" } }] }],
      },
    });
    expect(metricOf(receiver, "job.duration")).toMatchObject({
      unit: "s",
      histogram: {
        aggregationTemporality: cumulative,
        dataPoints: [{ count: "1", sum: 0.2, explicitBounds: durationBuckets }],
      },
    });
    expect(metricOf(receiver, "disk.free")).toMatchObject({ unit: "By", gauge: { dataPoints: [{ asDouble: 4096 }] } });
  });

  test("otlp sends again and again, each time the total since the start, and serves no /metrics", async () => {
    await using receiver = await startOtlpReceiver();
    const env = {
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    };
    await using program = startProgram("limited-app.mjs", { flags: register, env });
    const service = `http://127.0.0.1:${await program.port()}`;
    await fetch(`${service}/lookups/0/1`);
    await waitFor("the first total", () => valuesOf(receiver, "plain.lookups").includes(1));
    await fetch(`${service}/lookups/0/1`);
    await waitFor("the second total", () => valuesOf(receiver, "plain.lookups").includes(2));
    expect((await fetch(`${await adminUrl(program)}/metrics`)).status).toBe(404);
    await program.end();
    expect(valuesOf(receiver, "plain.lookups").at(-1)).toBe(2);
    expect(valuesOf(receiver, "lookups").at(-1)).toBe(2);
  });

  test("otlp says what has too many series, too", async () => {
    await using receiver = await startOtlpReceiver();
    const env = {
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OBSBOX_METRICS_SERIES_LIMIT: "20",
    };
    await using program = startProgram("limited-app.mjs", { flags: register, env });
    await fetch(`http://127.0.0.1:${await program.port()}/lookups/0/50`);
    await waitFor("the warning", () => program.stderr().includes("has too many series"));
    await waitFor("its count", () => metricOf(receiver, "obsbox.metric.overflow"));
  });

  test("prometheus,otlp does both, and each of them sees everything", async () => {
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_METRICS_EXPORTER: "prometheus,otlp", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    await using program = startProgram("limited-app.mjs", { flags: register, env });
    const service = `http://127.0.0.1:${await program.port()}`;
    await fetch(`${service}/lookups/0/1`);
    expect(samplesOf(await scrape(program), "plain_lookups_total")).toMatchObject([{ value: 1 }]);
    await fetch(`${service}/lookups/0/1`);
    expect(samplesOf(await scrape(program), "plain_lookups_total")).toMatchObject([{ value: 2 }]);
    await program.end();
    expect(valuesOf(receiver, "plain.lookups").at(-1)).toBe(2);
  });
});

describe("OTEL_TRACES_SAMPLER", () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const callers: Readonly<Record<string, Env>> = {
    nobody: {},
    "a sampled request": { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    "an unsampled request": { traceparent: `00-${traceId}-00f067aa0ba902b7-00` },
  };

  test.each([
    [undefined, undefined, "nobody", true],
    [undefined, undefined, "a sampled request", true],
    [undefined, undefined, "an unsampled request", false],
    ["always_on", undefined, "an unsampled request", true],
    ["always_off", undefined, "a sampled request", false],
    ["traceidratio", "0", "nobody", false],
    ["traceidratio", "1", "an unsampled request", true],
    ["parentbased_traceidratio", "0", "nobody", false],
    ["parentbased_traceidratio", "0", "a sampled request", true],
    ["parentbased_always_on", undefined, "an unsampled request", false],
    ["parentbased_always_off", undefined, "nobody", false],
    ["parentbased_always_off", undefined, "a sampled request", true],
  ])(
    "%s with %s, called by %s: sent is %s; counted and logged it is always",
    async (sampler, ratio, caller, isSent) => {
      await using receiver = await startOtlpReceiver();
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_TRACES_SAMPLER: sampler,
        OTEL_TRACES_SAMPLER_ARG: ratio,
      };
      await using program = startProgram("users-app.mjs", { flags: register, env });
      const line = await askForUser(program, callers[caller]);
      expect(line["trace.id"]).toMatch(caller === "nobody" ? /^[0-9a-f]{32}$/ : traceId);
      const all = (await scrapeText(program)).split("\n");
      const samples = all.filter((one) => one.includes('http_route="/users/:id"'));
      expect(samples).toContainEqual(expect.stringMatching(/^http_server_request_duration_seconds_count\{.*\} 1$/));
      expect(samples.some((one) => one.includes(`# {trace_id="${String(line["trace.id"])}"`))).toBe(isSent);
      await program.end();
      const sent = receiver.spans.filter(({ name }) => name === "GET /users/:id");
      expect(sent.map((span) => span.traceId)).toEqual(isSent ? [line["trace.id"]] : []);
    },
  );
});

test.each([{ OTEL_SDK_DISABLED: "true" }, { OBSBOX_ENABLED: "false" }])(
  "%j opens no port and sends nothing",
  async (off) => {
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRICS_EXPORTER: "prometheus,otlp", ...off };
    await using program = startProgram("users-app.mjs", { flags: register, env });
    const line = await askForUser(program);
    expect(line).not.toHaveProperty("trace.id");
    await program.end();
    expect(receiver.received).toEqual([]);
    expect(program.lines().map(({ message }) => message)).toEqual(["user read"]);
    expect(program.stderr()).toBe("");
  },
);

test("a second copy of the SDK in the process is named with its place, and the first one runs on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "obsbox-second-"));
  const copy = join(folder, "node_modules/@obsbox/sdk");
  await mkdir(join(copy, ".."), { recursive: true });
  await cp(join(root, "sdk/package.json"), join(copy, "package.json"), { recursive: true });
  await cp(join(root, "sdk/dist"), join(copy, "dist"), { recursive: true });
  for (const name of ["@opentelemetry", "pino"])
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  await writeFile(join(folder, "app.mjs"), 'import { start, status } from "@obsbox/sdk";\nstart();\nstart();\n');

  const first = pathToFileURL(join(root, "sdk/dist/register.js")).href;
  await using program = startCommand(process.execPath, ["--import", first, "app.mjs"], { cwd: folder });
  expect(await program.ended()).toBe(0);
  expect(program.stderr().trimEnd().split("\n")).toEqual([expect.stringContaining("@obsbox/sdk is there twice")]);
  expect(program.stderr()).toContain(`${pathToFileURL(join(root, "sdk/")).href} runs`);
  expect(program.stderr()).toContain(
    `of ${pathToFileURL(join(copy, "/")).href} are not served; install it once [second-sdk]`,
  );
  expect(program.lines().filter((line) => line["event.action"] === "service-start")).toHaveLength(1);
});

/** Runs the program to its end. */
async function runSpansApp(env: Env): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  const service = {
    OTEL_SERVICE_NAME: "spans-app",
    OTEL_RESOURCE_ATTRIBUTES: "service.version=2.0,team=night%20shift",
    OTEL_BSP_SCHEDULE_DELAY: "60000", // One request, at the end.
  };
  await end(startProgram("spans-app.mjs", { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...service, ...env } }));
  return receiver;
}

async function end(program: Program): Promise<void> {
  await using running = program;
  expect([await running.ended(), running.stderr()]).toEqual([0, ""]);
}

async function askForUser(program: Program, headers: Env = {}): Promise<Record<string, unknown>> {
  await fetch(`http://127.0.0.1:${await program.port()}/users/42`, { headers });
  return waitFor("the log line", () => program.lines().find(({ message }) => message === "user read"));
}

function named({ spans }: OtlpReceiver, names: readonly string[]): (Span | undefined)[] {
  return names.map((name) => spans.find((span) => span.name === name));
}

/** The latest that came of a metric. */
function metricOf({ metrics }: OtlpReceiver, name: string): Decoded | undefined {
  return metrics.findLast((metric) => metric["name"] === name);
}

/** Values of a counter, in the order in which they came. */
function valuesOf({ metrics }: OtlpReceiver, name: string): number[] {
  const sums = metrics.filter((metric) => metric["name"] === name).map((metric) => object(metric["sum"]));
  return sums.flatMap((sum) => list(sum["dataPoints"])).map((point) => Number(object(point)["asDouble"]));
}
