/**
 * One request of OTLP over HTTP: it ends by its deadline whatever the receiver does, reads no more of an answer than
 * it needs, keeps its connection for the next one, never keeps the process alive and never throws.
 */
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { urlToHttpOptions } from "node:url";
import { http } from "../builtins.ts";
import { messageOf } from "../diagnostics.ts";
import { createLookup } from "./lookup.ts";
import type { Target } from "./target.ts";

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Its beginning, where it is longer than an answer of OTLP can be. */
  readonly body: Buffer;
}

export interface Silence {
  readonly status: undefined;
  readonly message: string;
  readonly isTimeout: boolean;
}

export type Reply = Answer | Silence;

export interface Post {
  /** Sends one body; it may be called again before the answer has come. */
  readonly send: (body: Uint8Array) => Promise<Reply>;
  /** Ends all connections, and with them what is under way. */
  readonly close: () => void;
}

/** Requests at the same time, and so connections. */
export const maxConnections = 4;

/** An answer says how many were refused and why. */
const maxAnswerBytes = 64 * 1024;

/** What a connection that the receiver has closed in the meantime fails with. */
const staleErrors: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE"]);

/** Our own requests are not traced. */
const untraced = suppressTracing(ROOT_CONTEXT);

class TimeoutError extends Error {}

export function createPost({ url, headers, tls, timeoutMs }: Target): Post {
  const address = urlToHttpOptions(new URL(url));
  // The module of TLS takes time to load, and most services send to a receiver nearby.
  const { Agent, request } = address.protocol === "https:" ? process.getBuiltinModule("node:https") : http;
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  const options: RequestOptions = { ...address, ...tls, method: "POST", agent, lookup: createLookup() };
  const start = (body: Uint8Array): ClientRequest =>
    request({ ...options, headers: { ...headers, "content-length": body.byteLength } });
  const attempt = async (body: Uint8Array): Promise<[reply: Reply, isStale: boolean]> => {
    try {
      return await exchange(context.with(untraced, start, undefined, body), body, timeoutMs);
    } catch (error) {
      return [silence(error), false]; // A header that cannot be sent, for instance.
    }
  };
  return {
    async send(body) {
      const [reply, isStale] = await attempt(body);
      return isStale ? (await attempt(body))[0] : reply;
    },
    close: () => agent.destroy(),
  };
}

function exchange(request: ClientRequest, body: Uint8Array, timeoutMs: number): Promise<[Reply, boolean]> {
  const { promise, resolve } = Promise.withResolvers<[Reply, boolean]>();
  let hasAnswer = false; // From then on only its end counts: the request fails too where the body breaks off.
  const fail = (error: Error) => {
    if (!hasAnswer) resolve([silence(error), request.reusedSocket && isStale(error)]);
  };
  const late = new TimeoutError(`no answer within ${timeoutMs} ms`);
  const timer = setTimeout(() => request.destroy(late), timeoutMs).unref();
  request.on("socket", (socket) => socket.unref());
  request.on("response", (response) => {
    hasAnswer = true;
    readAnswer(response, (answer) => resolve([answer, false]));
  });
  request.on("error", fail);
  request.on("close", () => {
    clearTimeout(timer);
    fail(new Error("the connection was closed"));
  });
  request.end(body);
  return promise;
}

/** A status is an answer, also when its body does not come to an end, or is so long that it is not read at all. */
function readAnswer(response: IncomingMessage, done: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = () =>
    done({
      status: response.statusCode ?? 0,
      retryAfter: response.headers["retry-after"],
      body: Buffer.concat(chunks),
    });
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxAnswerBytes) response.destroy();
  });
  response.on("error", finish);
  response.on("close", finish);
  if (Number(response.headers["content-length"]) > maxAnswerBytes) response.destroy();
}

function silence(error: unknown): Silence {
  return { status: undefined, message: describe(error), isTimeout: error instanceof TimeoutError };
}

/** Of several addresses that were tried, Node.js gives an error without a message. */
function describe(error: unknown): string {
  const message = messageOf(error);
  if (message !== "" || typeof error !== "object" || error === null) return message;
  return String(Reflect.get(error, "code") ?? "it failed");
}

function isStale(error: Error): boolean {
  return staleErrors.has(Reflect.get(error, "code"));
}
