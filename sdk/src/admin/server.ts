/** One port beside the service: metrics, health, status, log level. It never keeps the process alive. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { hostname } from "node:os";
import { http } from "../builtins.ts";
import { messageOf, report } from "../diagnostics.ts";
import type { AdminOptions } from "../options.ts";
import { boundConnections } from "./connections.ts";
import { adminHost, isEverywhere } from "./host.ts";
import { adminRoutes, json } from "./routes.ts";
import type { AdminSources, Answer, Route } from "./routes.ts";

export interface Admin {
  /** Opens the port for this process alone and gives its address. Rejects when it cannot be opened; may be tried again. */
  readonly open: () => Promise<string>;
  /** Says that it could not be opened, with the remedy; the service goes on. */
  readonly sayNotOpened: (error: unknown) => undefined;
  readonly isOwnServer: (server: object) => boolean;
  readonly close: () => void;
}

/** Longest time for the headers, and for all of a request. */
const timeouts = { headersTimeout: 5000, requestTimeout: 8000, connectionsCheckingInterval: 1000 } as const;

/** A client that has taken nothing of its answer for so long is gone; health checks may take a while. */
const idleMs = 30_000;

export function createAdmin(options: AdminOptions, sources: Omit<AdminSources, "token">): Admin {
  const routes = adminRoutes({ ...sources, token: options.token });
  const server = http.createServer(timeouts, (request, response) => void respond(routes, request, response));
  server.timeout = idleMs;
  boundConnections(server);
  // Neither the port nor a scraper that stays connected keeps the service from ending.
  server.unref();
  server.on("connection", (socket) => socket.unref());
  server.on("error", () => {}); // Whoever opens it is told; a connection that failed is the client's to notice.
  const host = adminHost(options);
  return {
    open: () => listen(server, options.port, host),
    sayNotOpened(error) {
      report(
        "admin-port",
        `port ${options.port} on ${host} cannot be opened, so /metrics and /healthz are not served: ${messageOf(error)}; ` +
          "set OTEL_EXPORTER_PROMETHEUS_PORT to a free port, or to 0 for any",
      );
      return undefined;
    },
    isOwnServer: (other) => other === server,
    close: () => void server.close(),
  };
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  // In a worker of `node:cluster`, ports would otherwise be the primary's, shared among all workers.
  server.listen({ port, host, exclusive: true });
  await once(server, "listening");
  server.unref();
  return urlOf(server, host);
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const reachable = isEverywhere(host) ? hostname() : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

async function respond(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await answer(routes, request);
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answer(routes: ReadonlyMap<string, Route>, request: IncomingMessage): Promise<Answer> {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const path = request.url?.split("?", 1)[0];
  const route = routes.get(`${method} ${path}`);
  if (route === undefined) {
    const isKnown = ["GET", "PUT"].some((other) => routes.has(`${other} ${path}`));
    return json(isKnown ? 405 : 404, { error: isKnown ? "no such method here" : "no such path" });
  }
  try {
    return await route(request);
  } catch (error) {
    report("admin-failed", `${method} ${path} on the admin port failed: ${messageOf(error)}`);
    return json(500, { error: messageOf(error) });
  }
}
