/** What every answer carries, whoever it comes from. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { askAs, signInEverybody } from "./edge/people.ts";
import type { People } from "./edge/people.ts";
import { ask, valuesOf } from "./edge/wire.ts";
import type { Message, Reply } from "./edge/wire.ts";

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge();
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

const onEveryAnswer: Readonly<Record<string, RegExp>> = {
  "strict-transport-security": /^max-age=63072000$/,
  "x-content-type-options": /^nosniff$/,
  "content-security-policy": /frame-ancestors '(self|none)'/,
  "referrer-policy": /^(same-origin|no-referrer)$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  server: /^nginx$/,
};

function expectHeaders(reply: Reply): void {
  for (const [name, pattern] of Object.entries(onEveryAnswer)) {
    expect([name, valuesOf(reply, name)]).toEqual([name, [expect.stringMatching(pattern)]]);
  }
}

const page = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none" };

describe("security headers come once with", () => {
  test.each<readonly [number, string, Message]>([
    [200, "a page of a component", { target: "/grafana/" }],
    [200, "the home page", { target: "/" }],
    [302, "a redirect", { target: "/grafana/login" }],
    [403, "what a role may not do", { target: "/grafana/api/org/users" }],
    [403, "what nobody may do", { target: "/prometheus/metrics" }],
    [404, "what is not there", { target: "/nothing", headers: page }],
    [405, "an unknown method", { method: "PROPFIND", target: "/grafana/" }],
    [400, "an address that is not well formed", { target: "/grafana/%2e%2e/" }],
    [400, "a request that is not well formed", { target: "/grafana/", headers: { "Content-Length": "x" } }],
    [
      413,
      "a body that is too large",
      { method: "POST", target: "/grafana/api/x", headers: { "Content-Length": "99999999" } },
    ],
    [414, "an address that is too long", { target: `/grafana/${"x".repeat(20_000)}` }],
    [404, "a path of machines", { target: "/otlp/v1/logs" }],
    [401, "a machine without a token", { method: "PUT", target: "/push/metrics/job/x" }],
    [415, "another content type", { method: "POST", target: "/otlp/v1/traces" }],
  ])("%i: %s", async (status, _, message) => {
    const reply = await askAs(people.viewer, edge.door, message);
    expect(reply.status).toBe(status);
    expectHeaders(reply);
  });

  test.each<readonly [number, string, Message]>([
    [302, "the way to the sign-in", { target: "/grafana/", headers: page }],
    [401, "a request without a login", { target: "/grafana/" }],
    [200, "the sign-in page", { target: "/oauth2/sign_in" }],
    [
      403,
      "what another site asks for",
      { method: "POST", target: "/grafana/", headers: { "Sec-Fetch-Site": "cross-site" } },
    ],
  ])("%i: %s", async (status, _, message) => {
    const reply = await ask(edge.door, message);
    expect(reply.status).toBe(status);
    expectHeaders(reply);
  });

  test("421: another host", async () => {
    const reply = await ask(edge.door, { target: "/", headers: { Host: "other.test" } });
    expect([reply.status, reply.body.includes("OBSBOX_HOST")]).toEqual([421, true]);
    expectHeaders(reply);
  });
});

describe("headers of a component", () => {
  afterAll(() => edge.echo.answer(200));

  test("give way to ours, but for what it says about its own content", async () => {
    await edge.echo.answer(200, {
      "Strict-Transport-Security": "max-age=1",
      "X-Content-Type-Options": "sniff",
      "Content-Security-Policy": "script-src 'self' 'nonce-abc'",
      "Referrer-Policy": "unsafe-url",
      "Cross-Origin-Opener-Policy": "unsafe-none",
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Credentials": "true",
      "Set-Cookie": ["__Host-obsbox=mallory; Path=/", "grafana_session=1"],
      Server: "Grafana/13",
      "X-Powered-By": "Grafana 13",
      ETag: '"1"',
    });
    const reply = await askAs(people.viewer, edge.door, { target: "/grafana/" });
    expectHeaders(reply);
    expect(valuesOf(reply, "content-security-policy")).toEqual([
      "script-src 'self' 'nonce-abc'; frame-ancestors 'self'",
    ]);
    for (const name of [
      "access-control-allow-origin",
      "access-control-allow-credentials",
      "set-cookie",
      "x-powered-by",
    ]) {
      expect([name, valuesOf(reply, name)]).toEqual([name, []]);
    }
    expect(valuesOf(reply, "etag")).toEqual(['"1"']);
  });

  test.each([
    ["frame-ancestors 'none'", "frame-ancestors 'none'"],
    ["default-src 'self';frame-ancestors https://x.test", "default-src 'self';frame-ancestors https://x.test"],
    ["script-src x-frame-ancestors", "script-src x-frame-ancestors; frame-ancestors 'self'"],
  ])("the policy %j becomes %j", async (policy, expected) => {
    await edge.echo.answer(200, { "Content-Security-Policy": policy });
    const reply = await askAs(people.viewer, edge.door, { target: "/kibana/" });
    expect(valuesOf(reply, "content-security-policy")).toEqual([expected]);
  });

  test.each([500, 502, 503, 404, 403])("an answer %i of its own stays its own", async (status) => {
    await edge.echo.answer(status, { "Retry-After": "7" });
    const reply = await askAs(people.viewer, edge.door, { target: "/grafana/", headers: page });
    expect([reply.status, JSON.parse(reply.body).port, valuesOf(reply, "retry-after")]).toEqual([status, 3000, ["7"]]);
    expectHeaders(reply);
  });
});
