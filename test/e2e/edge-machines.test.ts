/** The three doors for services: a token instead of a login, limits, and answers that a program can act on. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.ts";
import { headersOf, pathOf, upstreamOf } from "./edge/echo.ts";
import { logOf, runCompanion, startEdge } from "./edge/edge.ts";
import type { Edge } from "./edge/edge.ts";
import { injected } from "./edge/secrets.ts";
import { ask, exchange, messageText, valuesOf } from "./edge/wire.ts";
import type { Message, Reply } from "./edge/wire.ts";

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

afterAll(() => edge[Symbol.asyncDispose]());

beforeEach(() => edge.echo.forget());

const doors = {
  otlp: {
    method: "POST",
    target: "/otlp/v1/traces",
    headers: { "Content-Type": "application/x-protobuf" },
    body: "span",
  },
  push: { method: "PUT", target: "/push/metrics/job/backup/instance/a%20b", headers: {}, body: "up 1\n" },
  es: {
    method: "POST",
    target: "/es/_bulk",
    headers: { "Content-Type": "application/x-ndjson" },
    body: '{"create":{}}\n{}\n',
  },
} as const satisfies Record<string, Message>;

type Scope = keyof typeof doors;

const scopes = Object.keys(doors) as readonly Scope[];

function send(scope: Scope, token: string | undefined, change: Partial<Message> = {}): Promise<Reply> {
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const { headers } = doors[scope];
  return ask(edge.door, { ...doors[scope], ...change, headers: { ...headers, ...authorization, ...change.headers } });
}

/** What a refused program gets, and how many requests got through. */
async function refusalOf(reply: Reply): Promise<object> {
  const answer: unknown = JSON.parse(reply.body);
  return {
    status: reply.status,
    type: valuesOf(reply, "content-type"),
    answer,
    reached: (await edge.echo.records()).length,
  };
}

const refusal = (status: number, remedy: RegExp) => ({
  status,
  type: ["application/json"],
  answer: { status, problem: expect.stringMatching(/\.$/), remedy: expect.stringMatching(remedy) },
  reached: 0,
});

describe("with a token", () => {
  test.each([
    ["otlp", "jaeger-otlp", "POST /v1/traces HTTP/1.1", []],
    ["push", "pushgateway", "PUT /push/metrics/job/backup/instance/a%20b HTTP/1.1", []],
    ["es", "elasticsearch", "POST /_bulk HTTP/1.1", [injected.ingest]],
  ] as const)("%s reaches %s as %s, the token does not", async (scope, upstream, line, authorization) => {
    const reply = await send(scope, edge.machineToken, { headers: { Cookie: "a=b", "X-Forwarded-User": "mallory" } });
    expect([reply.status, reply.error]).toEqual([200, undefined]);
    const [record] = await edge.echo.records();
    expect(record && [upstreamOf(record), record.line, record.body]).toEqual([upstream, line, doors[scope].body]);
    expect(record && [headersOf(record, "authorization"), headersOf(record, "cookie")]).toEqual([authorization, []]);
    expect(JSON.stringify(record)).not.toContain("mallory");
  });

  test("what a query asks of Elasticsearch or Jaeger is left out", async () => {
    await send("es", edge.machineToken, { target: "/es/_bulk?pipeline=_none&refresh=true" });
    await send("otlp", edge.machineToken, { target: "/otlp/v1/traces?x=y" });
    expect((await edge.echo.records()).map(pathOf)).toEqual(["/_bulk", "/v1/traces"]);
  });

  test.each([
    ["otlp", "application/json; charset=utf-8"],
    ["es", "application/json"],
    ["es", "application/vnd.elasticsearch+x-ndjson; compatible-with=9"],
  ] as const)("%s takes %s", async (scope, type) => {
    expect((await send(scope, edge.machineToken, { headers: { "Content-Type": type } })).status).toBe(200);
  });

  test("a compressed body arrives as it was sent", async () => {
    const body = randomBytes(3000).toString("latin1");
    await send("otlp", edge.machineToken, { body, headers: { "Content-Encoding": "gzip" } });
    const [record] = await edge.echo.records();
    expect(record && [record.body, headersOf(record, "content-encoding")]).toEqual([body, ["gzip"]]);
  });
});

describe.each(scopes)("%s", (scope) => {
  test.each([
    ["no token", undefined],
    ["a token that nobody made", randomBytes(32).toString("base64url")],
    ["a token of 4 KB", "x".repeat(4096)],
  ])("refuses %s with 401", async (_, token) => {
    const reply = await send(scope, token);
    expect(await refusalOf(reply)).toEqual(refusal(401, new RegExp(`obsbox tokens create <name> --scope ${scope}`)));
    expect(valuesOf(reply, "www-authenticate")).toEqual([expect.stringMatching(/^Bearer/)]);
  });

  test("refuses a token of another scope with 403", async () => {
    const others = scopes.filter((other) => other !== scope).join(",");
    const { token = "" } = await runCompanion(edge, "tokens", "create", `not-${scope}`, "--scope", others);
    const reply = await waitFor("auth to know the token", async () => {
      const reply = await send(scope, token);
      return reply.status === 401 ? undefined : reply;
    });
    expect(await refusalOf(reply)).toEqual(refusal(403, new RegExp(`scope ${scope}`)));
  });

  test("refuses another method with 405", async () => {
    const reply = await send(scope, edge.machineToken, { method: "GET", body: "" });
    expect(await refusalOf(reply)).toEqual(refusal(405, /^Send /));
  });
});

test.each([
  ["otlp", "text/plain"],
  ["otlp", "application/x-protobuf-other"],
  ["otlp", ""],
  ["es", "application/x-www-form-urlencoded"],
  ["es", "multipart/form-data; boundary=application/json"],
] as const)("%s refuses the content type %j with 415", async (scope, type) => {
  const reply = await send(scope, edge.machineToken, { headers: { "Content-Type": type } });
  expect(await refusalOf(reply)).toEqual(refusal(415, /Content-Type/));
});

describe("a body that is too large", () => {
  const mebibyte = 2 ** 20;

  test.each([
    ["otlp", 20],
    ["push", 1],
    ["es", 10],
  ] as const)("for %s is one of more than %i MiB: 413 when its length is said", async (scope, limit) => {
    const headers = { "Content-Length": String(limit * mebibyte + 1) };
    const reply = await send(scope, edge.machineToken, { body: "", headers });
    expect(await refusalOf(reply)).toEqual(refusal(413, new RegExp(`${limit} MiB`)));
  });

  test.each([
    ["otlp", 20],
    ["push", 1],
    ["es", 10],
  ] as const)("for %s is one of more than %i MiB: 413 when its length is not said", async (scope, limit) => {
    const { body, ...head } = doors[scope];
    const headers = { ...head.headers, Authorization: `Bearer ${edge.machineToken}`, "Transfer-Encoding": "chunked" };
    const chunk = "x".repeat(mebibyte);
    const chunks = Array.from({ length: limit }, () => `100000\r\n${chunk}\r\n`).join("");
    const reply = await exchange(
      edge.door,
      `${messageText(edge.door, { ...head, headers })}${chunks}1\r\n${body[0]}\r\n0\r\n\r\n`,
    );
    expect(await refusalOf(reply)).toEqual(refusal(413, new RegExp(`${limit} MiB`)));
  });

  test.each([
    ["otlp", 20],
    ["push", 1],
    ["es", 10],
  ] as const)("for %s is not one of %i MiB", async (scope, limit) => {
    const reply = await send(scope, edge.machineToken, { body: "x".repeat(limit * mebibyte) });
    expect([reply.status, (await edge.echo.records()).length]).toEqual([200, 1]);
  });
});

test.each([
  "/otlp/v1/logs",
  "/otlp/v1/metrics",
  "/otlp/",
  "/es/_search",
  "/es/",
  "/es/logs-x/_bulk",
  "/push/",
  "/push/api/v1/status",
  "/push/-/ready",
])("%s is 404 and says what there is", async (target) => {
  const reply = await ask(edge.door, {
    method: "POST",
    target,
    headers: { Authorization: `Bearer ${edge.machineToken}` },
  });
  const all = /^Send POST \/otlp\/v1\/traces, POST \/es\/_bulk, or PUT, POST or DELETE \/push\/metrics\/job\/<name>\.$/;
  expect(await refusalOf(reply)).toEqual(refusal(404, all));
});

test.each(["/push/metrics/", "/push/metrics/job/", "/push/metrics/instance/a", "/push/metrics/job/a/instance"])(
  "%s names no group of metrics",
  async (target) => {
    const reply = await send("push", edge.machineToken, { target });
    expect(await refusalOf(reply)).toEqual(refusal(405, /push\/metrics\/job\/<name>/));
  },
);

test("what auth is asked about machines cannot be asked from outside", async () => {
  const reply = await send("otlp", edge.machineToken, { method: "GET", target: "/machine/auth?scope=otlp", body: "" });
  expect([reply.status, await edge.echo.records()]).toEqual([404, []]);
});

describe("too much at once", () => {
  /** Requests whose bodies do not come, as many as one address may have under way and some more. */
  const openMany = (): Promise<Reply>[] => {
    const headers = { Authorization: `Bearer ${edge.machineToken}`, "Content-Length": "10" };
    const unfinished = messageText(edge.door, { ...doors.push, body: "", headers });
    return Array.from({ length: 70 }, () => exchange(edge.door, unfinished, { timeoutMs: 20_000 }));
  };

  test("is more requests at the same moment than services have: 429", async () => {
    const refused = (await Promise.all(openMany())).filter(({ status }) => status === 429);
    expect(refused).toHaveLength(6);
    for (const reply of refused) {
      expect(await refusalOf(reply)).toEqual(refusal(429, /larger batches/));
      expect(valuesOf(reply, "retry-after")).toEqual(["1"]);
    }
  });

  test("is more requests in a second than services send: 429, before auth is asked", async () => {
    // While nobody gets through, Nginx refuses as fast as it can; its log tells for which of the two reasons.
    const open = openMany();
    await waitFor("a refusal", async () => (await send("push", undefined)).status === 429);
    const many = messageText(edge.door, { ...doors.push, headers: { Connection: "keep-alive" } }).repeat(999);
    const { statuses } = await exchange(edge.door, many + messageText(edge.door, doors.push));
    expect([statuses.length, ...new Set(statuses)]).toEqual([1000, 429]);
    await waitFor("the reason", async () => (await logOf(edge.nginx)).includes('by zone "machine_requests"'));
    await Promise.all(open);
  });
});

test("a flood of forms is kept from auth", async () => {
  const message = {
    method: "POST",
    target: "/oauth2/password",
    headers: { "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin" },
    body: "token=a&password=b&again=b",
  };
  const kept = { ...message, headers: { ...message.headers, Connection: "keep-alive" } };
  const many = messageText(edge.door, kept).repeat(299) + messageText(edge.door, message);
  const { statuses } = await exchange(edge.door, many, { timeoutMs: 60_000 });
  expect(statuses).toHaveLength(300);
  expect(new Set(statuses)).toEqual(new Set([403, 429]));
  expect(statuses.filter((status) => status === 403).length).toBeGreaterThanOrEqual(40);
});
