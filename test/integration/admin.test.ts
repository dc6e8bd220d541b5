import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { portOf } from "../../stack/embedded/http/server.ts";
import { connectRaw } from "../helpers/raw-http.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl, openMetricsType } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const token = "s3cret";

let program: Program;
let admin: string;
let service: string;

beforeAll(async () => {
  program = startProgram("admin-app.mjs", { env: { OBSBOX_ADMIN_TOKEN: token, OTEL_SERVICE_NAME: "admin-app" } });
  service = `http://127.0.0.1:${await program.port()}`;
  admin = await adminUrl(program);
});

afterAll(() => program[Symbol.asyncDispose]());

describe("health", () => {
  test("/healthz answers while the process lives", async () => {
    const response = await fetch(`${admin}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: "alive" }]);
  });

  test.each([
    ["/break", 503, "no connection"],
    ["/hang", 503, "no answer within 50 ms"],
    ["/mend", 200, "ok"],
  ])("/readyz after %s answers %i and says %s", async (path, status, text) => {
    await fetch(service + path);
    const response = await fetch(`${admin}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      status,
      { ready: status === 200, checks: { steady: "ok", db: text } },
    ]);
  });

  test("/statusz and status() tell the same", async () => {
    const [status, own] = await Promise.all([fetch(`${admin}/statusz`), fetch(service)]);
    const told = await status.json();
    expect(told).toMatchObject({ service: "admin-app", isOn: true, adminUrl: admin, diagnostics: {} });
    expect(Object.keys((await own.json()) as object)).toEqual(Object.keys(told as object));
  });
});

describe("/metrics", () => {
  test.each([
    [undefined, "text/plain; version=0.0.4; charset=utf-8"],
    ["text/plain", "text/plain; version=0.0.4; charset=utf-8"],
    ["text/html,*/*;q=0.8", "text/plain; version=0.0.4; charset=utf-8"],
    [openMetricsType, "application/openmetrics-text; version=1.0.0; charset=utf-8"],
    [
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3",
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    ],
    ["application/openmetrics-text;q=0.1,text/plain", "text/plain; version=0.0.4; charset=utf-8"],
  ])("for Accept: %s answers %s", async (accept, contentType) => {
    const response = await fetch(`${admin}/metrics`, { headers: accept === undefined ? {} : { accept } });
    expect(response.headers.get("content-type")).toBe(contentType);
  });

  test("is compressed for those who ask for it", async () => {
    const compressed = await fetch(`${admin}/metrics`, { headers: { "accept-encoding": "gzip" } });
    expect(compressed.headers.get("content-encoding")).toBe("gzip");
    expect(await compressed.text()).toContain("process_cpu_seconds_total");
    const plain = await fetch(`${admin}/metrics`, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
  });

  test("HEAD gives the headers of GET and no body", async () => {
    const response = await fetch(`${admin}/metrics`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1000);
  });

  test("scrapes are neither traced nor logged", async () => {
    await fetch(`${admin}/metrics`);
    expect(program.stdout()).not.toContain('"url.path":"/metrics"');
    expect(await (await fetch(`${admin}/metrics`)).text()).not.toContain('http_route="/metrics"');
  });
});

describe("/loglevel", () => {
  const put = (level: string, given = token) =>
    fetch(`${admin}/loglevel`, { method: "PUT", body: level, headers: { authorization: `Bearer ${given}` } });

  test("changes the level of the running service", async () => {
    expect((await put("debug")).status).toBe(200);
    await fetch(service);
    await waitFor("the debug line", () => program.lines().find(({ message }) => message === "asked"));
    expect(await (await put("info")).json()).toEqual({ level: "info" });
  });

  test.each([
    ["a wrong token", () => put("debug", "guess"), 401],
    ["no token", () => fetch(`${admin}/loglevel`), 401],
    ["an unknown level", () => put("loud"), 400],
    ["a body without end", () => put("x".repeat(100_000)), 400],
  ])("refuses %s", async (_what, ask, status) => {
    expect((await ask()).status).toBe(status);
  });

  test("is closed without a token", async () => {
    await using other = startProgram("users-app.mjs", { flags: register });
    const response = await fetch(`${await adminUrl(other)}/loglevel`);
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: "closed: set OBSBOX_ADMIN_TOKEN to open it" },
    ]);
  });
});

test("unknown paths and methods are refused", async () => {
  const statuses = await Promise.all([
    fetch(`${admin}/`),
    fetch(`${admin}/metrics`, { method: "POST" }),
    fetch(`${admin}/loglevel`, { method: "DELETE" }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([404, 405, 405]);
});

test.each(["GET http:// HTTP/1.1", "GET // HTTP/1.1", "GET /% HTTP/1.1", "OPTIONS * HTTP/1.1", "nonsense"])(
  "lives on after %j",
  async (requestLine) => {
    await using connection = await connectRaw(Number(new URL(admin).port));
    connection.write(`${requestLine}\r\nhost: a\r\nconnection: close\r\n\r\n`);
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect((await fetch(`${admin}/healthz`)).status).toBe(200);
  },
);

test("a port that is taken is said with its remedy, and the service runs", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await waitFor("the other server", () => other.listening);
  const port = String(portOf(other));
  await using blocked = startProgram("users-app.mjs", {
    flags: register,
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: port },
  });
  const response = await fetch(`http://127.0.0.1:${await blocked.port()}/users/1`);
  expect(response.status).toBe(200);
  await waitFor("the warning", () => blocked.stderr().includes(`port ${port} on 127.0.0.1 cannot be opened`));
  expect(blocked.stderr()).toContain("set OTEL_EXPORTER_PROMETHEUS_PORT to a free port, or to 0 for any");
  other.close();
});
