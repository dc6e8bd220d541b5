/** A small HTTP server: routes by method and path, one place for errors, the guard in front of everything. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { refuse } from "./guard.ts";

/** An error that the client gets to see. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What a route gets to see of a request. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What stands in the path for each `:name` of the pattern. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Answers a call; undefined when it writes the response by itself. */
export type Handler = (call: Call) => Answer | undefined | Promise<Answer | undefined>;

export interface Route {
  readonly method: "GET" | "POST";
  /** `/api/traces/:id`; `*` as the last one matches whatever is left. */
  readonly path: string;
  readonly handle: Handler;
}

export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
}

export interface RunningServer {
  readonly port: number;
  close(): void;
}

const timeouts = {
  headersTimeout: 5000,
  /** A request that is not complete by then is cut off, also one whose body has been refused. */
  requestTimeout: 60_000,
  /** Senders wait 5 s and more, some of them a minute, between two batches: what is closed just then is lost to them. */
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1000,
} as const;

/** @throws Error of the system when the port cannot be opened. */
export async function serve(routes: readonly Route[], { host, port, token }: ServerSettings): Promise<RunningServer> {
  const server = createServer(timeouts, (request, response) => void respond(routes, token, request, response));
  await listen(server, port, host);
  return {
    port: portOf(server),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The port that a server listens on; 0 when it listens on none. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

export function json(content: unknown, status = 200): Answer {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(content),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  return promise;
}

async function respond(
  routes: readonly Route[],
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerFor(routes, token, request, response);
  if (answer === undefined) return;
  const { status = 200, headers = {}, body = "" } = answer;
  response.writeHead(status, { ...securityHeaders, ...headers, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** The page needs nothing from elsewhere and may not be shown inside another one. */
const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

async function answerFor(
  routes: readonly Route[],
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const refusal = refuse(request, token);
  if (refusal !== undefined) {
    const challenge: Record<string, string> =
      refusal.status === 401 ? { "www-authenticate": 'Basic realm="obsbox"' } : {};
    return { ...json({ error: refusal.reason }, refusal.status), headers: challenge };
  }
  try {
    const [path = "/", query] = (request.url ?? "/").split("?", 2);
    const method = request.method === "HEAD" ? "GET" : request.method;
    for (const route of routes) {
      const parameters = route.method === method ? match(route.path, path) : undefined;
      if (parameters !== undefined)
        return await route.handle({ request, response, query: new URLSearchParams(query), parameters });
    }
    throw new HttpError(404, `there is no ${method} ${path}`);
  } catch (error) {
    if (error instanceof HttpError) return json({ error: error.message }, error.status);
    process.stderr.write(
      `obsbox: ${request.method} ${request.url} failed: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return json({ error: "the box failed; its terminal shows why" }, 500);
  }
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  const isOpen = wanted.at(-1) === "*";
  if (isOpen ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (isOpen && index === wanted.length - 1) break;
    const value = given[index] ?? "";
    if (part.startsWith(":")) parameters[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return parameters;
}
