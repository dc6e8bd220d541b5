import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { portOf } from "../../stack/embedded/http/server.ts";
import type { Span } from "../../stack/embedded/records.ts";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

const bodyMs = 300;

let received: IncomingHttpHeaders[] = [];
let target: Server;
let receiver: OtlpReceiver;
let program: Program;

beforeAll(async () => {
  target = createServer(async (request, response) => {
    received.push(request.headers);
    if (request.url === "/never") return;
    response.statusCode = request.url === "/missing" ? 404 : 200;
    response.write("begin");
    if (request.url?.startsWith("/late")) await sleep(bodyMs);
    response.end("end");
  }).listen(0);
  receiver = await startOtlpReceiver();
  program = startProgram("client-app.mjs", { flags: register, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  target.closeAllConnections();
  target.close();
});

/** Has the program make a request and gives the two spans of it: the incoming one and the outgoing one. */
async function ask(client: string, path: string): Promise<{ server: Span; outgoing: Span; answer: string }> {
  receiver.clear();
  received = [];
  const url = path.startsWith("http") ? path : `http://localhost:${portOf(target)}${path}`;
  const question = encodeURIComponent(JSON.stringify({ client, url }));
  const response = await fetch(`http://127.0.0.1:${await program.port()}/${question}`);
  const answer = await response.text();
  const spans = await receiver.requests(2);
  const [server, outgoing] = [spans.find(({ kind }) => kind === 2), spans.find(({ kind }) => kind === 3)];
  if (server === undefined || outgoing === undefined)
    throw new Error(`got ${spans.map(({ name }) => name).join(", ")}`);
  return { server, outgoing, answer };
}

test.each(["fetch", "http"])(
  "%s: the called service continues the trace, under the span of the call",
  async (client) => {
    const { server, outgoing } = await ask(client, "/users?token=secret");
    expect(outgoing).toMatchObject({ name: "GET", parentId: server.spanId, traceId: server.traceId });
    expect(received[0]?.["traceparent"]).toBe(`00-${server.traceId}-${outgoing.spanId}-01`);
    expect(outgoing.attributes).toMatchObject({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "server.address": "localhost",
      "server.port": portOf(target),
      "url.full": `http://localhost:${portOf(target)}/users`,
    });
  },
);

test.each(["fetch", "http"])("%s: the span ends with the body, not with the headers", async (client) => {
  const { outgoing } = await ask(client, "/late");
  expect(outgoing.durationUs).toBeGreaterThan(bodyMs * 900);
});

test("a log line in the callback of the answer belongs to the trace", async () => {
  const { server } = await ask("http", "/users");
  const line = await waitFor("the line", () =>
    program.lines().find((fields) => fields["trace.id"] === server.traceId && fields["message"] === "body read"),
  );
  expect(line["span.id"]).toBe(server.spanId);
});

test.each(["fetch", "http"])("%s: an answer of 404 is an error of the client", async (client) => {
  const { outgoing } = await ask(client, "/missing");
  expect(outgoing).toMatchObject({ status: 2, attributes: { "http.response.status_code": 404, "error.type": "404" } });
});

test.each(["fetch", "http"])("%s: a refused connection is named", async (client) => {
  const { outgoing, answer } = await ask(client, `http://127.0.0.1:${await freePort()}/`);
  expect(answer).toBe("failed: ECONNREFUSED");
  expect(outgoing).toMatchObject({ status: 2, attributes: { "error.type": "ECONNREFUSED" } });
});

test.each([
  ["fetch given up", "TimeoutError"],
  ["http given up", "ECONNRESET"],
])("%s: the span ends and says %s", async (client, errorType) => {
  const { outgoing } = await ask(client, "/never");
  expect(outgoing).toMatchObject({ status: 2, attributes: { "error.type": errorType } });
});

test("a trace header that was passed on is replaced, not doubled", async () => {
  const { server, outgoing } = await ask("fetch with a trace header", "/users");
  expect(received[0]?.["traceparent"]).toBe(`00-${server.traceId}-${outgoing.spanId}-01`);
});

test("a request whose headers are fixed already leaves without the trace, and is counted", async () => {
  const before = await missed();
  const { outgoing } = await ask("http with fixed headers", "/users");
  expect(received[0]).not.toHaveProperty("traceparent");
  expect(outgoing.attributes["http.response.status_code"]).toBe(200);
  expect(await missed()).toBe(before + 1);
});

test("durations stand by address, port and status, with one exemplar at least", async () => {
  await ask("fetch", "/users");
  const samples = samplesOf(await scrape(program), "http_client_request_duration_seconds_bucket");
  const port = String(portOf(target));
  const own = samples.filter(
    ({ labels }) => labels["server_port"] === port && labels["http_response_status_code"] === "200",
  );
  expect(own.find(({ labels }) => labels["le"] === "+Inf")?.value).toBeGreaterThan(0);
  expect(own.some(({ exemplar }) => exemplar !== undefined)).toBe(true);
});

test("the SDK's own exports are not observed", async () => {
  await ask("fetch", "/users");
  const samples = samplesOf(await scrape(program), "http_client_request_duration_seconds_count");
  const ports = samples.map(({ labels }) => labels["server_port"]);
  expect(ports).not.toContain(new URL(receiver.url).port);
});

async function missed(): Promise<number> {
  const [sample] = samplesOf(await scrape(program), "obsbox_propagation_missed_total");
  return sample?.value ?? 0;
}
