import { Agent, request } from "node:http";
import { describe, expect, test } from "vitest";
import { nodeBinary, nodeVersions } from "../helpers/node-versions.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import { connectRaw } from "../helpers/raw-http.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Seen {
  readonly start: string;
  readonly later?: string;
  readonly data?: string;
  readonly end?: string;
}

const connections = 64;
const requestsEach = 50;

// Node 22 keeps contexts on resources, later ones in frames: what leaks in one does not in the other.
describe.each(nodeVersions)("on Node.js %s", (version) => {
  test("requests on shared connections never share a trace", async (context) => {
    const node = await nodeBinary(version, context);
    await using receiver = await startOtlpReceiver();
    await using program = start(node, receiver.url);
    const port = await program.port();
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const all = Array.from({ length: connections * requestsEach }, () => get(port, agent));
    const seen = await Promise.all(all);
    agent.destroy();
    expect(seen.filter(({ start: first, later }) => first !== later)).toEqual([]);
    expect(new Set(seen.map(({ start: first }) => first)).size).toBe(seen.length);
    const spans = await receiver.requests(seen.length);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(seen.map(({ start: first }) => first)));
    expect(spans.filter(({ parentId }) => parentId !== null)).toEqual([]);
  });

  test("requests that come in one packet have a trace each", async (context) => {
    const node = await nodeBinary(version, context);
    await using program = start(node);
    await using connection = await connectRaw(await program.port());
    connection.write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n".repeat(3));
    const answers = await connection.until(/(\{.*\}[\s\S]*){3}/);
    const seen: Seen[] = [...answers.matchAll(/\{.*?\}/g)].map(([body]) => JSON.parse(body));
    expect(new Set(seen.map(({ start: first }) => first)).size).toBe(3);
    expect(seen.every(({ start: first, later }) => first === later)).toBe(true);
  });

  test("body, end and finish belong to the request", async (context) => {
    const node = await nodeBinary(version, context);
    await using program = start(node);
    await using connection = await connectRaw(await program.port());
    // The body comes later, in a packet of its own.
    connection.write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n");
    await connection.until("}");
    connection.write("POST /2 HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n");
    connection.write("hello");
    const seen: Seen = JSON.parse(/\{.*\}/.exec(await connection.until("}"))?.[0] ?? "");
    expect([seen.data, seen.end]).toEqual([seen.start, seen.start]);
    const line = await waitFor("the line at the end", () =>
      program.lines().find(({ message }) => message === "finished"),
    );
    expect(line["trace.id"]).toBe(seen.start);
  });

  test.for([
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
  ])("an upgrade on a used connection sees no trace of the request before: %j", async (upgrade, context) => {
    const node = await nodeBinary(version, context);
    await using program = start(node);
    await using connection = await connectRaw(await program.port());
    connection.write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n");
    await connection.until("}");
    connection.write(upgrade);
    expect(await connection.until("\r\n\r\n")).toContain("x-trace: none");
  });
});

function start(node: string, url?: string): Program {
  return startProgram("context-app.mjs", { node, flags: register, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
}

function get(port: number, agent: Agent): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  request({ port, host: "127.0.0.1", agent }, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (body += chunk));
    response.on("end", () => resolve(JSON.parse(body)));
  })
    .on("error", reject)
    .end();
  return promise;
}
