/** The server: one table of exact paths, one place for errors, limits on everything that a client sends. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { logger } from "@obsbox/sdk";
import { errorPage } from "../pages/error.ts";
import { Busy } from "../passwords/turns.ts";
import type { Answer, Call, Route } from "./answer.ts";
import { clientAddress } from "./client-address.ts";
import { HttpError } from "./http-error.ts";

export type Routes = ReadonlyMap<string, Route>;

/** Nginx lets 64 KiB of headers through; an answer 431 to its question would become a 500 to the browser. */
const maxHeaderBytes = 80 * 1024;

/** Longest time for the headers, and for all of a request. */
const timeouts = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 } as const;

/** Longer than Nginx keeps a connection that it does not use, so that it never meets one that is just closed. */
const keepAliveMs = 75_000;

const busySeconds = 5;

/** Makes the server; it does not listen yet. */
export function createAuthServer(routes: Routes): Server {
  const server = createServer(
    { ...timeouts, maxHeaderSize: maxHeaderBytes, keepAliveTimeout: keepAliveMs },
    (request, response) => void respond(routes, request, response),
  );
  server.maxHeadersCount = 200;
  return server;
}

async function respond(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers = {}, body = "" } = await answerTo(routes, request);
  if (response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204) response.setHeader("content-length", Buffer.byteLength(body));
  response.writeHead(status);
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answerTo(routes: Routes, request: IncomingMessage): Promise<Answer> {
  try {
    return await route(routes, request);
  } catch (error) {
    const refusal = refusalOf(error, request);
    return errorPage(refusal.status, refusal.message, refusal.headers);
  }
}

function route(routes: Routes, request: IncomingMessage): Answer | Promise<Answer> {
  const [path = "/", query] = (request.url ?? "/").split(/\?(.*)/s, 2);
  const handlers = routes.get(path);
  if (handlers === undefined) throw new HttpError(404, "There is no such page.");
  const method = methodOf(request);
  const handle = method === undefined ? undefined : handlers[method];
  if (handle === undefined) {
    const allowed =
      handlers.GET === undefined ? ["POST"] : ["GET", "HEAD", ...(handlers.POST === undefined ? [] : ["POST"])];
    throw new HttpError(405, "This page cannot be asked for in this way.", { allow: allowed.join(", ") });
  }
  const call: Call = { request, path, query: new URLSearchParams(query), address: clientAddress(request) };
  return handle(call);
}

function methodOf({ method }: IncomingMessage): "GET" | "POST" | undefined {
  if (method === "HEAD") return "GET";
  return method === "GET" || method === "POST" ? method : undefined;
}

function refusalOf(error: unknown, request: IncomingMessage): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof Busy) {
    return new HttpError(503, "Too many people sign in at this moment. Try again in a few seconds.", {
      "retry-after": String(busySeconds),
    });
  }
  // A client that has gone takes its request along.
  if (request.destroyed && !request.complete) return new HttpError(400, "The request ended early.");
  const path = request.url?.split("?", 1)[0];
  logger.error({ err: error, "url.path": path, "event.action": "request-failed" }, "a request could not be answered");
  return new HttpError(500, "Something went wrong here. The log of the service auth says what.");
}
