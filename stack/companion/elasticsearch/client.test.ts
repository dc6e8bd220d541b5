import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { connect } from "./client.ts";
import type { ClientSettings } from "./client.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A client of a server that answers as given. */
async function clientOf(answer: RequestListener, settings: Partial<ClientSettings> = {}) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return connect({ url: `http://127.0.0.1:${port}/base`, user: "u", password: "pässword", ...settings });
}

const answerWith =
  (status: number, body: unknown): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));

describe("a request", () => {
  test("carries user, path, type and body, and gives the parsed answer", async () => {
    const seen: { request?: IncomingMessage; body?: string } = {};
    const client = await clientOf(
      async (request, response) => {
        Object.assign(seen, { request, body: await text(request) });
        response.end('{"ok":true}');
      },
      { headers: { "kbn-xsrf": "x" } },
    );
    expect(await client.request("PUT", "/a?b=c", { d: 1 })).toEqual({ ok: true });
    expect(seen.request?.method).toBe("PUT");
    expect(seen.request?.url).toBe("/base/a?b=c");
    expect(seen.body).toBe('{"d":1}');
    expect(seen.request?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from("u:pässword").toString("base64")}`,
      "content-type": "application/json",
      "kbn-xsrf": "x",
    });
  });

  test("sends a text as NDJSON, or as what it is said to be", async () => {
    const types: (string | undefined)[] = [];
    const client = await clientOf((request, response) => {
      types.push(request.headers["content-type"]);
      response.end();
    });
    expect(await client.request("POST", "/", "{}\n")).toBeUndefined();
    await client.request("POST", "/", "x", "text/plain");
    expect(types).toEqual(["application/x-ndjson", "text/plain"]);
  });

  test("as another user goes to the same server", async () => {
    const client = await clientOf((request, response) => response.end(JSON.stringify(request.headers.authorization)));
    const answer = await client.as("v", "w").request("GET", "/");
    expect(answer).toBe(`Basic ${Buffer.from("v:w").toString("base64")}`);
  });
});

describe("an error", () => {
  test.each<[string, number, unknown, string]>([
    [
      "of Elasticsearch shows its innermost reason",
      400,
      { error: { type: "outer", reason: "template is invalid", caused_by: { reason: "no such type" } } },
      "GET /x was answered with 400: no such type",
    ],
    [
      "of Kibana shows its message",
      409,
      { statusCode: 409, error: "Conflict", message: "exists" },
      "GET /x was answered with 409: exists",
    ],
    [
      "of a handler that is missing shows its text",
      405,
      { error: "no handler" },
      "GET /x was answered with 405: no handler",
    ],
    [
      "that is no JSON is shown as it is",
      502,
      "<h1>Bad Gateway</h1>",
      "GET /x was answered with 502: <h1>Bad Gateway</h1>",
    ],
    ["of another shape is shown whole", 404, { found: false }, 'GET /x was answered with 404: {"found":false}'],
  ])("%s", async (_about, status, body, message) => {
    const client = await clientOf(answerWith(status, body));
    await expect(client.request("GET", "/x")).rejects.toThrow(message);
  });

  test("has the status and Elasticsearch's name of the kind", async () => {
    const client = await clientOf(answerWith(400, { error: { type: "illegal", reason: "r" } }));
    await expect(client.request("GET", "/x")).rejects.toMatchObject({ status: 400, type: "illegal", reason: "r" });
  });

  test("never shows the password", async () => {
    const client = await clientOf(answerWith(401, { error: { reason: "no" } }));
    const error = await client.request("GET", "/x").catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/pässword|Basic/);
  });

  test("is undefined for find when there is no such thing, and thrown otherwise", async () => {
    const missing = await clientOf(answerWith(404, {}));
    expect(await missing.find("/x")).toBeUndefined();
    const failing = await clientOf(answerWith(500, {}));
    await expect(failing.find("/x")).rejects.toThrow("500");
  });

  test("tells where nobody answered", async () => {
    const client = connect({ url: "http://127.0.0.1:9", user: "u", password: "p" });
    await expect(client.request("GET", "/x")).rejects.toThrow(
      "GET /x got no answer: 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9",
    );
  });

  test("comes in time when the server hangs, also within its answer", async () => {
    const silent = await clientOf(() => {}, { timeoutMs: 30 });
    await expect(silent.request("GET", "/x")).rejects.toThrow("took longer than 30 ms");
    const halting = await clientOf((_request, response) => void response.write("{"), { timeoutMs: 30 });
    await expect(halting.request("GET", "/x")).rejects.toThrow("took longer than 30 ms");
  });
});
