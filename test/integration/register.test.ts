import { describe, expect, test } from "vitest";
import { nodeBinary, nodeVersions } from "../helpers/node-versions.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startCommand, startProgram } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const files = ["users-app.cjs", "users-app.mjs", "users-app.mts"];

describe.each(nodeVersions)("on Node.js %s", (version) => {
  test.for(files)("observes %s with one flag, and stderr stays empty", async (file, context) => {
    const node = await nodeBinary(version, context);
    await using receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    await using program = startProgram(file, { node, flags: register, env });
    await fetch(`http://127.0.0.1:${await program.port()}/users/42`);

    const [span] = await receiver.requests(1);
    expect(span).toMatchObject({ name: "GET /users/:id", attributes: { "http.route": "/users/:id" } });
    const line = await waitFor("the log line", () => program.lines().find(({ message }) => message === "user read"));
    expect(line["trace.id"]).toBe(span?.traceId);
    expect(line["span.id"]).toBe(span?.spanId);
    const [sample] = samplesOf(await scrape(program), "http_server_request_duration_seconds_count");
    expect(sample).toMatchObject({ value: 1, labels: { http_route: "/users/:id" } });
    expect(program.stderr()).toBe("");
  });
});

test("works with --require too, and both flags start one SDK", async () => {
  await using receiver = await startOtlpReceiver();
  const flags = ["--require", "@obsbox/sdk/register", ...register];
  await using program = startProgram("users-app.cjs", { flags, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
  await fetch(`http://127.0.0.1:${await program.port()}/users/42`);
  await receiver.requests(1);
  await program.end();
  expect(receiver.spans.map(({ name }) => name).toSorted()).toEqual(["GET /users/:id", "service start"]);
});

test("takes name and version from the package.json of the entry point", async () => {
  await using program = startProgram("examples/express-orders/payments/server.ts", {
    flags: register,
    env: { PORT: "0" },
  });
  const line = await waitFor("the start line", () => program.lines()[0]);
  expect(line).toMatchObject({ "service.name": "payments", "service.version": "0.9.4" });
});

test("takes name, version and environment from OpenTelemetry's variables first", async () => {
  const env = {
    NODE_ENV: "test",
    OTEL_SERVICE_NAME: "named",
    OTEL_RESOURCE_ATTRIBUTES: "service.version=7.1,deployment.environment.name=staging,team=a%20b",
  };
  await using program = startProgram("users-app.mjs", { flags: register, env });
  const line = await waitFor("the start line", () => program.lines()[0]);
  expect(line).toMatchObject({ "service.name": "named", "service.version": "7.1", "service.environment": "staging" });
});

test("says once what cannot be used, and the service runs without telemetry", async () => {
  const env = { OTEL_TRACES_SAMPLER_ARG: "2", OBSBOX_LOG_FORMAT: "xml", OTEL_EXPORTER_OTLP_HEADERS: "Bearer secret" };
  await using program = startProgram("users-app.mjs", { flags: register, env });
  const response = await fetch(`http://127.0.0.1:${await program.port()}/users/42`);
  expect(response.status).toBe(200);
  expect(program.stderr()).toContain('traces.ratio (OTEL_TRACES_SAMPLER_ARG): got "2", expected a number from 0 to 1');
  expect(program.stderr()).toContain('logs.format (OBSBOX_LOG_FORMAT): got "xml", expected one of auto, ecs, pretty');
  expect(program.stderr()).not.toContain("Bearer secret");
  await waitFor("the log line", () => program.stdout().includes("user read"));
});

test("names variables of OpenTelemetry that have no effect", async () => {
  const env = { OTEL_CONFIG_FILE: "telemetry.yml", OTEL_LOGS_EXPORTER: "otlp" };
  await using program = startProgram("users-app.mjs", { flags: register, env });
  await program.port();
  expect(program.stderr()).toContain("OTEL_CONFIG_FILE=telemetry.yml has no effect; give the same by variables");
  expect(program.stderr()).toContain("OTEL_LOGS_EXPORTER=otlp has no effect; log lines go to stdout");
});

test("leaves a plain logger when it is switched off", async () => {
  await using program = startProgram("users-app.mjs", { flags: register, env: { OTEL_SDK_DISABLED: "true" } });
  await fetch(`http://127.0.0.1:${await program.port()}/users/42`);
  const line = await waitFor("the log line", () => program.lines()[0]);
  expect(line).toMatchObject({ message: "user read", "log.level": "info" });
  expect(line).not.toHaveProperty("trace.id");
});

test("leaves npm and other starters alone", async () => {
  const env = { NODE_OPTIONS: "--import @obsbox/sdk/register" };
  await using program = startCommand("npm", ["--version"], { env });
  await program.ended();
  expect(program.lines()).toEqual([]);
});

test("names the other SDK when OpenTelemetry is registered already, and stays off", async () => {
  await using program = startProgram("second-sdk.mjs", { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" } });
  expect(await program.ended()).toBe(0);
  expect(program.stderr()).toContain("another OpenTelemetry SDK runs in this process already");
  expect(program.stdout()).toContain("still logging");
});
