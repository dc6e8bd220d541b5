/** Calls to a server that somebody else runs, with errors that say what to do. */
import { request as requestHttp } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { UserError } from "../errors.ts";
import type { Server } from "./server.ts";

export interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON; a text is sent as it is, as YAML. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Undefined where the answer is no JSON. */
  readonly json: unknown;
}

const usualTimeoutMs = 30_000;
const maxBytes = 64 * 1024 ** 2;

/**
 * Sends one request. Redirections are not followed: they would carry the token to another place.
 *
 * @param path - Behind the server's address, beginning with a slash.
 * @returns The answer, whatever its status.
 * @throws UserError when no answer comes.
 */
export async function call(server: Server, path: string, request: Request = {}): Promise<Answer> {
  try {
    const response = await send(server, path, request);
    const text = await read(response);
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) throw redirected(server, response);
    return { status, text, json: parse(text) };
  } catch (error) {
    throw error instanceof UserError ? error : explain(server, error);
  }
}

function send(server: Server, path: string, request: Request): Promise<IncomingMessage> {
  const { method = "GET", body, timeoutMs = usualTimeoutMs } = request;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const content = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "application/yaml" : "application/json";
  const headers = {
    accept: "application/json",
    ...server.headers,
    ...(content === undefined ? {} : { "content-type": type, "content-length": String(Buffer.byteLength(content)) }),
  };
  const open = server.url.startsWith("https:") ? requestHttps : requestHttp;
  const options = { method, headers, signal: AbortSignal.timeout(timeoutMs) };
  const sent = open(`${server.url}${path}`, server.ca === undefined ? options : { ...options, ca: server.ca });
  sent.on("response", resolve);
  sent.on("error", reject);
  sent.end(content);
  return promise;
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // HTML of a proxy, YAML, or nothing.
  }
}

function redirected({ product, url }: Server, { headers }: IncomingMessage): UserError {
  return new UserError(`${url} sends on to ${headers.location ?? "another place"}`, {
    hint: `give the address at which ${product} itself answers, and a token: a page for signing in is of no use here`,
  });
}

const authority = "give the certificate of the authority that signed it: --ca FILE";
const isItThere = "is the address right, does it run, may this machine reach it?";

/** What went wrong and what to do, by the code of Node.js. */
const explanations: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ECONNREFUSED: ["nothing listens there", isItThere],
  ECONNRESET: ["it broke off the connection", "does it speak TLS? Then give an https address"],
  ENOTFOUND: ["its name is not known", "is the name right?"],
  EAI_AGAIN: ["its name cannot be looked up", "is the name right, does DNS work here?"],
  EHOSTUNREACH: ["no way leads there", isItThere],
  ETIMEDOUT: ["no answer came", isItThere],
  ABORT_ERR: ["no answer came in time", isItThere],
  EPROTO: ["it does not speak TLS", "give an http address"],
  ERR_SSL_WRONG_VERSION_NUMBER: ["it does not speak TLS", "give an http address"],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ["it does not speak TLS", "give an http address"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["it signed its certificate itself", "trust it by --ca FILE"],
  SELF_SIGNED_CERT_IN_CHAIN: ["its certificate is signed by an authority that is not known here", authority],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["its certificate is signed by an authority that is not known here", authority],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["its certificate is signed by an authority that is not known here", authority],
  CERT_HAS_EXPIRED: ["its certificate has expired", "have it renewed"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "give the address by a name of its certificate",
  ],
};

function explain({ product, url }: Server, error: unknown): UserError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const name = error instanceof Error && error.name === "TimeoutError" ? "ABORT_ERR" : code;
  const said = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  const [what, hint] = explanations[name] ?? [said, isItThere];
  return new UserError(`${product} at ${url} cannot be reached: ${what}${code === "" ? "" : ` (${code})`}`, {
    hint,
    cause: error,
  });
}
