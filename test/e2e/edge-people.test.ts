/** Who people are for the components, how they get in and out, and what other sites cannot do in their name. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.ts";
import { headersOf } from "./edge/echo.ts";
import { startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { askAs, cookieOf, signIn, signInEverybody } from "./edge/people.ts";
import type { People } from "./edge/people.ts";
import { ask, exchange, valuesOf } from "./edge/wire.ts";
import type { Message } from "./edge/wire.ts";

let edge: Edge;
let people: People;

beforeAll(async () => {
  edge = await startEdge();
  people = await signInEverybody(edge);
});

afterAll(() => edge[Symbol.asyncDispose]());

beforeEach(() => edge.echo.forget());

/** As forged as can be, in spellings that some servers take for the same. */
const forged: Readonly<Record<string, string>> = {
  "X-WEBAUTH-USER": "mallory",
  "x-webauth-user": "mallory",
  X_WEBAUTH_USER: "mallory",
  "X-Webauth-Role": "mallory",
  "X-WEBAUTH-GROUPS": "mallory",
  "X-JWT-Assertion": "mallory",
  "X-Grafana-ID": "mallory",
  "X-DS-Authorization": "mallory",
  "X-Auth-Request-User": "mallory",
  "X-Forwarded-User": "mallory",
  "X-Forwarded-For": "203.0.113.9",
  "X-Forwarded-Host": "mallory.test",
  "X-Forwarded-Proto": "mallory",
  "X-Real-IP": "203.0.113.9",
  "X-Original-URL": "/mallory",
  "X-Rewrite-URL": "/mallory",
  Forwarded: "for=mallory",
  Authorization: "ApiKey mallory",
  "Proxy-Authorization": "Basic mallory",
  "es-security-runas-user": "mallory",
  "es-client-authentication": "mallory",
  "kbn-system-request": "mallory",
  "Remote-User": "mallory",
  Connection: "close, X-WEBAUTH-USER, X-WEBAUTH-ROLE, Authorization, X-Forwarded-For",
};

test.each(["/grafana/", "/kibana/", "/prometheus/query", "/alertmanager/", "/jaeger/search"])(
  "no claimed identity reaches the component behind %s",
  async (target) => {
    await askAs(people.viewer, edge.door, {
      target,
      headers: { ...forged, Cookie: `grafana_session=mallory; ${people.viewer.cookie}; sid=mallory` },
    });
    const [record] = await edge.echo.records();
    const text = JSON.stringify(record?.headers);
    expect(text).toContain("v-viewer");
    expect(text).not.toMatch(/mallory|203\.0\.113\.9/);
    expect(text).not.toContain(people.viewer.cookie);
    expect(record && headersOf(record, "X-Forwarded-For")).toEqual([expect.stringMatching(/^[\d.]+$/)]);
  },
);

test.each(["/grafana/", "/kibana/"])(
  "what a page says about itself reaches the component behind %s",
  async (target) => {
    const own = {
      "kbn-xsrf": "true",
      "kbn-version": "9.5.3",
      "x-elastic-internal-origin": "Kibana",
      "X-Grafana-Org-Id": "1",
    };
    const usual = {
      Accept: "application/json",
      "Accept-Encoding": "gzip",
      "If-None-Match": '"1"',
      Referer: "https://box.test/",
    };
    await askAs(people.viewer, edge.door, { target, headers: { ...own, ...usual } });
    const [record] = await edge.echo.records();
    expect(Object.fromEntries(record?.headers ?? [])).toMatchObject({ ...own, ...usual });
  },
);

describe("without a login", () => {
  const navigation = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", Accept: "text/html" };

  test.each<[string, Record<string, string>]>([
    ["a browser that says so", navigation],
    ["an older browser", { Accept: "text/html,application/xhtml+xml" }],
  ])("%s is led to the sign-in, with the way back", async (_, headers) => {
    const reply = await ask(edge.door, { target: "/grafana/d/abc?orgId=1&from=now-1h", headers });
    expect([reply.status, valuesOf(reply, "location")]).toEqual([
      302,
      ["/oauth2/sign_in?rd=/grafana/d/abc?orgId=1&from=now-1h"],
    ]);
  });

  test.each<Message>([
    { target: "/grafana/api/user", headers: { Accept: "application/json" } },
    { target: "/kibana/", method: "POST", headers: { ...navigation, "Sec-Fetch-Site": "same-origin" } },
    { target: "/some/unknown/path" },
  ])("a program is told in JSON: $target", async (message) => {
    const reply = await ask(edge.door, message);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      401,
      { status: 401, problem: expect.any(String), remedy: "Sign in at /oauth2/sign_in." },
    ]);
    expect(await edge.echo.records()).toEqual([]);
  });
});

test("a path that is nobody's is 404 for who is signed in, as a page for a browser", async () => {
  const json = await askAs(people.viewer, edge.door, { target: "/some/unknown/path" });
  const page = await askAs(people.viewer, edge.door, {
    target: "/some/unknown/path",
    headers: { "Sec-Fetch-Mode": "navigate" },
  });
  expect([json.status, JSON.parse(json.body).status]).toEqual([404, 404]);
  expect([page.status, valuesOf(page, "content-type"), page.body.startsWith("<!doctype html>")]).toEqual([
    404,
    ["text/html; charset=utf-8"],
    true,
  ]);
});

test.each([
  ["/grafana/login", "/"],
  ["/grafana/logout", "/oauth2/sign_out?rd=/"],
  ["/kibana/logout", "/oauth2/sign_out?rd=/"],
  ["/kibana/api/security/logout", "/oauth2/sign_out?rd=/"],
  ["/jaeger", "/jaeger/"],
])("%s leads to %s", async (target, location) => {
  const reply = await askAs(people.viewer, edge.door, { target });
  expect([reply.status, valuesOf(reply, "location"), await edge.echo.records()]).toEqual([302, [location], []]);
});

test("who signs in may come in, and after the sign-out the same session may not", async () => {
  const { name, password } = people.viewer;
  const wrong = await signIn(edge.door, name, "not the password");
  const right = await signIn(edge.door, name, password, "/jaeger/search");
  expect([wrong.status, right.status, valuesOf(right, "location")]).toEqual([401, 303, ["/jaeger/search"]]);
  const session = { cookie: cookieOf(right) };
  expect((await askAs(session, edge.door, { target: "/jaeger/search" })).status).toBe(200);
  const out = await askAs(session, edge.door, {
    target: "/oauth2/sign_out?rd=/",
    headers: { "Sec-Fetch-Mode": "navigate" },
  });
  expect([out.status, valuesOf(out, "set-cookie")[0]]).toEqual([302, expect.stringMatching(/^__Host-obsbox=;/)]);
  expect((await askAs(session, edge.door, { target: "/jaeger/search" })).status).toBe(401);
});

test("a session that is used is renewed on the way, whatever the component sets itself", async () => {
  await using short = await startEdge({ sessionIdle: "20s" });
  const { viewer } = await signInEverybody(short);
  await short.echo.answer(200, { "Set-Cookie": "__Host-obsbox=mallory; Path=/; Secure" });
  // A quarter of the time has to pass.
  const cookies = await waitFor("a renewed session", async () => {
    const cookies = valuesOf(await askAs(viewer, short.door, { target: "/grafana/" }), "set-cookie");
    return cookies.length > 0 && cookies;
  });
  expect(cookies).toEqual([
    expect.stringMatching(/^__Host-obsbox=.{100,}; Path=\/; .*Secure; HttpOnly; SameSite=Lax$/),
  ]);
});

describe("what a page of another site makes a browser send", () => {
  test.each<Record<string, string>>([
    { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" },
    { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors" },
    { "Sec-Fetch-Site": "", Origin: "https://other.test" },
    { "Sec-Fetch-Site": "", Origin: "https://box.test.other.test" },
    { "Sec-Fetch-Site": "", Origin: "null" },
    { "Sec-Fetch-Site": "" },
  ])("cannot write: %o", async (headers) => {
    for (const [method, target] of [
      ["POST", "/alertmanager/api/v2/silences"],
      ["PUT", "/grafana/api/dashboards/db"],
      ["DELETE", "/kibana/api/x"],
      ["POST", "/prometheus/api/v1/query"],
    ] as const) {
      const reply = await askAs(people.admin, edge.door, { method, target, headers });
      expect([reply.status, target]).toEqual([403, target]);
    }
    expect(await edge.echo.records()).toEqual([]);
  });

  test("can write when it is our own origin that an older browser names", async () => {
    const reply = await askAs(people.admin, edge.door, {
      method: "POST",
      target: "/alertmanager/api/v2/silences",
      headers: { "Sec-Fetch-Site": "", "Sec-Fetch-Mode": "", Origin: "https://box.test" },
    });
    expect(reply.status).toBe(200);
  });

  test("can follow a link, and cannot read or embed", async () => {
    const link = await askAs(people.viewer, edge.door, {
      target: "/grafana/d/x",
      headers: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" },
    });
    const image = await askAs(people.viewer, edge.door, {
      target: "/grafana/avatar/x",
      headers: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" },
    });
    expect([link.status, image.status]).toEqual([200, 403]);
  });
});

describe("websockets", () => {
  const handshake = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const socketText = (target: string) =>
    `GET ${target} HTTP/1.1\r\nHost: box.test\r\nCookie: ${people.viewer.cookie}\r\nSec-Fetch-Site: same-origin\r\n${Object.entries(
      handshake,
    )
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n`;

  test("of Grafana Live are opened, with the identity, and carry messages both ways", async () => {
    const text = socketText("/grafana/api/live/ws");
    // Bytes after the handshake are the message that ends the stand-in's side.
    const reply = await exchange(edge.door, `${text}\x81\x82\x00\x00\x00\x00hi`);
    expect([reply.status, valuesOf(reply, "sec-websocket-accept")]).toEqual([101, ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]]);
    expect(reply.body).toContain("GET /grafana/api/live/ws HTTP/1.1");
    const [record] = await edge.echo.records();
    expect(record && [headersOf(record, "X-WEBAUTH-USER"), headersOf(record, "Connection")]).toEqual([
      ["v-viewer"],
      ["upgrade"],
    ]);
  });

  test("are not opened anywhere else", async () => {
    const reply = await exchange(
      edge.door,
      socketText("/grafana/api/live/other").replace("Connection: Upgrade", "Connection: Upgrade, close"),
    );
    const [record] = await edge.echo.records();
    expect(reply.status).toBe(200);
    expect(record && [headersOf(record, "Upgrade"), headersOf(record, "Connection")]).toEqual([[], []]);
  });
});
