/**
 * A receiver of OTLP whose faults are switched while it runs: it refuses connections, never answers, answers with
 * errors, or answers so slowly or so long that it hurts. It counts what it takes.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { decode } from "../../stack/embedded/otlp/decode.ts";
import { object } from "../../stack/embedded/otlp/read.ts";
import { tracesRequest } from "../../stack/embedded/otlp/schema.ts";
import { takeSpans } from "../../stack/embedded/otlp/spans.ts";
import type { Span } from "../../stack/embedded/records.ts";
import { markOf } from "../reliability/ledger.ts";
import type { Mark } from "../reliability/ledger.ts";

/** An answer of one's own. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const handlers = {
  healthy: (response: ServerResponse) => void response.end(),
  refused() {},
  "black hole"() {},
  "503": (response: ServerResponse) => void response.writeHead(503).end("not now"),
  "429 with Retry-After 1 h": (response: ServerResponse) =>
    void response.writeHead(429, { "retry-after": "3600" }).end(),
  "1 byte/s": (response: ServerResponse) => trickle(response),
  "10 MB answer": (response: ServerResponse) => void response.end(Buffer.alloc(10 * 1024 ** 2, "x")),
};

export type Behaviour = keyof typeof handlers;

/** Everything that a backend can do to those who send to it. */
export const faults = [
  "refused",
  "black hole",
  "503",
  "429 with Retry-After 1 h",
  "1 byte/s",
  "TLS error",
  "DNS failure",
  "10 MB answer",
] as const satisfies readonly (Behaviour | "TLS error" | "DNS failure")[];

export type Fault = (typeof faults)[number];

export interface FaultyReceiver extends AsyncDisposable {
  readonly url: string;
  /** Marks of the spans that were taken, in the order in which they came. */
  readonly marks: readonly Mark[];
  /** Spans that were taken, also those without a mark. */
  readonly taken: () => number;
  /** When requests have come, on the clock of `performance.now()`. */
  readonly requests: readonly number[];
  readonly headers: readonly IncomingMessage["headers"][];
  /** Connections that are open now. */
  readonly connections: () => number;
  readonly become: (next: Behaviour | Answer) => Promise<void>;
}

export async function startFaultyReceiver(first: Behaviour | Answer = "healthy"): Promise<FaultyReceiver> {
  let state = first;
  let taken = 0;
  const marks: Mark[] = [];
  const requests: number[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const sockets = new Set<Socket>();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(performance.now());
    headers.push(request.headers);
    const spans = spansIn(request, await bodyOf(request));
    if (typeof state !== "string") {
      response.writeHead(state.status, state.headers).end(state.body);
      return;
    }
    handlers[state](response);
    if (state !== "healthy" && state !== "10 MB answer") return;
    taken += spans.length;
    for (const { attributes } of spans) marks.push(...[markOf(attributes)].filter((mark) => mark !== undefined));
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.keepAliveTimeout = 75_000;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  const port = await listen(server, 0);
  if (first === "refused") await stopListening(server, sockets);

  return {
    url: `http://127.0.0.1:${port}`,
    marks,
    taken: () => taken,
    requests,
    headers,
    connections: () => sockets.size,
    async become(next) {
      const wasRefusing = state === "refused";
      state = next;
      if (next === "refused" && !wasRefusing) await stopListening(server, sockets);
      if (next !== "refused" && wasRefusing) await listen(server, port);
    },
    [Symbol.asyncDispose]: () => stopListening(server, sockets),
  };
}

/** Gives the address of a backend with a fault that stays. */
export async function startFault(fault: Fault): Promise<{ readonly url: string } & AsyncDisposable> {
  if (fault === "DNS failure") return { url: "http://receiver.invalid:4318", async [Symbol.asyncDispose]() {} };
  return fault === "TLS error" ? startUntrusted() : startFaultyReceiver(fault);
}

/** Its certificate is signed by an authority that nobody trusts. */
async function startUntrusted() {
  const pair = await makeLeaf(await makeAuthority("nobody"), ["127.0.0.1"]);
  const server = createTlsServer(pair, (_request, response) => void response.end());
  server.on("tlsClientError", () => {});
  const port = await listen(server, 0);
  return {
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function spansIn(request: IncomingMessage, body: Buffer): readonly Span[] {
  if (request.url?.endsWith("/traces") !== true) return [];
  const isJson = request.headers["content-type"] === "application/json";
  const decoded = isJson ? object(JSON.parse(body.toString())) : decode(body, tracesRequest);
  return takeSpans(decoded).records.filter(({ name }) => name !== "service start");
}

/** An answer of one byte each second, for as long as somebody listens. */
function trickle({ socket }: ServerResponse): void {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100000\r\n\r\n";
  let sent = 0;
  const timer = setInterval(() => void socket?.write(head[sent++] ?? "x"), 1000);
  socket?.on("close", () => clearInterval(timer));
}

async function listen(server: NetServer, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function stopListening(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
