/** Components that stop and come back, secrets that change, locations of the user's own, and what is written down. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthority } from "../../cli/box/certificates.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { headersOf, pathOf, upstreamOf } from "./edge/echo.ts";
import type { EchoRecord } from "./edge/echo.ts";
import { logOf, startEdge, startNginxAlone } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { echoContainer } from "./edge/containers.ts";
import { askAs, postForm, signInEverybody } from "./edge/people.ts";
import type { People } from "./edge/people.ts";
import { ask, exchange, messageText, valuesOf } from "./edge/wire.ts";

/** As a user would write it: nothing about logins. */
const customConf = `
location ^~ /mine/ {
    include snippets/upstream.conf;
    proxy_pass http://prometheus;
}
`;

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge({ customConf });
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

const page = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none" };
const statusOf = async (target: string) => (await askAs(people.viewer, edge.door, { target })).status;

describe("while a component is stopped", () => {
  let addressBefore = "";

  beforeAll(async () => {
    addressBefore = edge.echoAddress();
    await edge.stopEcho();
  });

  test.each([
    ["/grafana/d/x", "Grafana"],
    ["/kibana/app/home", "Kibana"],
    ["/prometheus/query", "Prometheus"],
    ["/alertmanager/", "Alertmanager"],
    ["/jaeger/search", "Jaeger"],
  ])("%s is a page that names %s and obsbox status, and tries again", async (target, name) => {
    const reply = await askAs(people.viewer, edge.door, { target, headers: page });
    expect(reply.status).toBeGreaterThanOrEqual(502);
    expect(valuesOf(reply, "content-type")).toEqual(["text/html; charset=utf-8"]);
    expect(reply.body).toContain(`<h1>${name} does not answer.</h1>`);
    expect(reply.body).toContain("obsbox status");
    expect(reply.body).toContain("http-equiv=refresh");
    expect(valuesOf(reply, "retry-after")).toEqual(["5"]);
  });

  test.each([
    ["POST", "/otlp/v1/traces", "application/json", "Jaeger"],
    ["POST", "/es/_bulk", "application/x-ndjson", "Elasticsearch"],
    ["PUT", "/push/metrics/job/x", "text/plain", "Pushgateway"],
  ])("%s %s tells a program to keep what it has", async (method, target, type, name) => {
    const headers = { Authorization: `Bearer ${edge.machineToken}`, "Content-Type": type };
    const reply = await ask(edge.door, { method, target, headers, body: "{}" });
    expect(JSON.parse(reply.body)).toEqual({
      status: reply.status,
      problem: `${name} does not answer.`,
      remedy: expect.stringContaining("obsbox status"),
    });
  });

  test("the home page and the sign-in are there", async () => {
    expect(await statusOf("/")).toBe(200);
    expect(await statusOf("/oauth2/sign_in")).toBe(302);
  });

  test("it is found again under another address, and Nginx goes on as it was", async () => {
    // Takes the address that the stand-in had.
    const other = await echoContainer().withNetwork(edge.network).start();
    await edge.startEcho();
    expect(edge.echoAddress()).not.toBe(addressBefore);
    await waitFor("Grafana", async () => (await statusOf("/grafana/")) === 200, 30_000);
    expect(await statusOf("/prometheus/query")).toBe(200);
    await other.stop();
  });
});

describe("a location of the user's own", () => {
  test("is closed without a login", async () => {
    expect((await ask(edge.door, { target: "/mine/x" })).status).toBe(401);
    expect(await statusOf("/mine/x")).toBe(200);
  });

  test("passes neither the session nor a claimed identity on", async () => {
    await edge.echo.forget();
    await askAs(people.viewer, edge.door, {
      target: "/mine/x",
      headers: { "X-WEBAUTH-USER": "mallory", Authorization: "Basic mallory" },
    });
    const [record] = await edge.echo.records();
    expect(record && headersOf(record, "cookie")).toEqual([]);
    expect(JSON.stringify(record)).not.toContain("mallory");
  });

  test("that cannot be read keeps the ones before it", async () => {
    edge.writeCustomConf("location ^~ /mine/ {");
    const { exitCode, output } = await edge.nginx.exec(["nginx", "-s", "reload"]);
    expect([exitCode, output.includes("custom/own.conf")]).toEqual([1, true]);
    expect(await statusOf("/mine/x")).toBe(200);
    edge.writeCustomConf(customConf);
  });
});

test("new credentials hold after a reload, and open connections are not cut", async () => {
  const next = "Basic bmV3OmFh";
  edge.writeSecret("ingest-authorization.conf", `default "${next}";\n`);
  expect((await edge.nginx.exec(["nginx", "-s", "reload"])).exitCode).toBe(0);
  const headers = { Authorization: `Bearer ${edge.machineToken}`, "Content-Type": "application/json" };
  await waitFor("the new credentials", async () => {
    await edge.echo.forget();
    await ask(edge.door, { method: "POST", target: "/es/_bulk", headers, body: "{}" });
    const [record] = await edge.echo.records();
    return record !== undefined && headersOf(record, "authorization")[0] === next;
  });
});

test("Elasticsearch with a certificate of another authority gets nothing", async () => {
  edge.writeSecret("ca.crt", (await makeAuthority("another")).cert);
  await edge.nginx.exec(["nginx", "-s", "reload"]);
  const headers = { Authorization: `Bearer ${edge.machineToken}`, "Content-Type": "application/json" };
  await waitFor("the refusal", async () => {
    await edge.echo.forget();
    const { status } = await ask(edge.door, { method: "POST", target: "/es/_bulk", headers, body: "{}" });
    return status === 502 && (await edge.echo.records()).length === 0;
  });
});

test("a body that finds no room is refused with 503, and the next one that does goes through", async () => {
  const headers = { Authorization: `Bearer ${edge.machineToken}` };
  const push = () =>
    ask(edge.door, { method: "PUT", target: "/push/metrics/job/x", headers, body: "x".repeat(2 ** 20) });
  await edge.nginx.exec(["dd", "if=/dev/zero", "of=/tmp/everything", "bs=1M"]);
  const full = await push();
  expect([full.status, JSON.parse(full.body)]).toEqual([
    503,
    { status: 503, problem: "There is no room for this now.", remedy: expect.stringContaining("try again") },
  ]);
  await edge.nginx.exec(["rm", "/tmp/everything"]);
  expect((await push()).status).toBe(200);
});

describe("Nginx itself", () => {
  test("starts before everything that it passes requests on to", async () => {
    await using alone = await startNginxAlone();
    const reply = await ask(alone.door, { target: "/grafana/" });
    expect([reply.status, JSON.parse(reply.body).problem]).toEqual([
      503,
      "The sign-in service (auth) does not answer.",
    ]);
  });

  test("finds its files in order", async () => {
    const { exitCode, output } = await edge.nginx.exec(["nginx", "-t"]);
    expect([exitCode, /\[(warn|error|emerg)\]/.exec(output)?.[0]]).toEqual([0, undefined]);
  });

  test("tells health and counters on the inner port, and nothing else", async () => {
    const base = `http://127.0.0.1:${edge.nginx.getMappedPort(8080)}`;
    const statuses = await Promise.all(
      ["/healthz", "/stub_status", "/", "/grafana/", "/oauth2/auth"].map(
        async (path) => (await fetch(base + path)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 404, 404, 404]);
  });

  test("asks Kibana on the inner port how it is, with nothing of who asks", async () => {
    const url = `http://127.0.0.1:${edge.nginx.getMappedPort(8080)}/probe/kibana`;
    const headers = { authorization: "Basic eDp5", cookie: "a=b", "x-webauth-user": "somebody" };
    const reply = await fetch(`${url}?as=somebody`, { headers });
    const record = (await reply.json()) as EchoRecord;
    expect([reply.status, upstreamOf(record), pathOf(record)]).toEqual([200, "kibana", "/kibana/api/status"]);
    expect([headersOf(record, "authorization"), headersOf(record, "cookie")]).toEqual([[], []]);
    expect(JSON.stringify(record)).not.toContain("somebody");
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  test("answers a hundred clients that never finish, and closes them within the time for headers", async () => {
    const unfinished = Array.from({ length: 100 }, () =>
      exchange(edge.door, "GET / HTTP/1.1\r\nHost: box.test\r\n", { timeoutMs: 30_000 }),
    );
    const started = performance.now();
    expect(await statusOf("/grafana/")).toBe(200);
    expect((await Promise.all(unfinished)).filter(({ error }) => error?.startsWith("nothing more"))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("writes one JSON line for each request, without query, cookie, token or password", async () => {
    const secret = "secret-in-a-query";
    const password = "a password of somebody";
    await askAs(people.viewer, edge.door, {
      target: `/grafana/seen?auth=${secret}`,
      headers: { "User-Agent": 'a "quoted" \\ agent', Referer: `https://box.test/?${secret}` },
    });
    await ask(edge.door, { target: `/oauth2/password?token=${secret}` });
    await postForm(edge.door, "/oauth2/sign_in", { username: "somebody", password });
    await exchange(edge.door, messageText(edge.door, { target: `/grafana/%2e%2e/?${secret}` }));
    const text = await waitFor("the last line", async () => {
      const text = await logOf(edge.nginx);
      return text.includes('"url.path":"/grafana/%2e%2e/"') && text;
    });
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.find((entry) => entry["url.path"] === "/grafana/seen")).toMatchObject({
      "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "event.duration": expect.any(Number),
      "event.outcome": "success",
      "user.name": "v-viewer",
      "user.roles": "viewer",
      "user_agent.original": 'a "quoted" \\ agent',
    });
    for (const hidden of [secret, password, people.viewer.cookie, edge.machineToken])
      expect(text).not.toContain(hidden);
  });
});

describe("while auth is stopped", () => {
  beforeAll(async () => void (await edge.auth.stop()));

  test("everything is closed, and the page names it", async () => {
    await edge.echo.forget();
    const reply = await askAs(people.viewer, edge.door, { target: "/grafana/", headers: page });
    expect([reply.status, reply.body.includes("<h1>The sign-in service (auth) does not answer.</h1>")]).toEqual([
      503,
      true,
    ]);
    const machine = await ask(edge.door, {
      method: "PUT",
      target: "/push/metrics/job/x",
      headers: { Authorization: `Bearer ${edge.machineToken}` },
    });
    expect([machine.status, JSON.parse(machine.body).problem]).toEqual([
      503,
      "The sign-in service (auth) does not answer.",
    ]);
    expect(await edge.echo.records()).toEqual([]);
  });
});
