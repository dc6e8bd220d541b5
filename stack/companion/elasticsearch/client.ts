/** A small HTTP client for Elasticsearch and Kibana: the box's own authority, Basic authentication, a deadline, JSON. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { describeBody, RequestError } from "./errors.ts";
import type { Json } from "./json.ts";

export interface ClientSettings {
  /** Where the server is; a path in it goes before the path of each request. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Certificate of the authority that signed the server's, as PEM; undefined for servers without TLS. */
  readonly ca?: string | undefined;
  /**
   * Longest time for one request, its answer included, in milliseconds.
   *
   * @default 30000
   */
  readonly timeoutMs?: number;
  /** Headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

export interface Client {
  /**
   * Sends a request.
   *
   * @param body - Sent as JSON; a text is sent as it is.
   * @param type - What a text is; NDJSON unless said.
   * @returns The parsed answer.
   * @throws RequestError for every status but 2xx, and when there is no answer in time.
   * @example
   * await client.request("PUT", "/_security/role/reader", { cluster: ["monitor"] });
   */
  request(method: Method, path: string, body?: Json, type?: string): Promise<unknown>;
  /** Like `request` for GET, but undefined when there is no such thing. */
  find(path: string): Promise<unknown>;
  /** The same server as another user. */
  as(user: string, password: string): Client;
  /** Ends the connections that are kept. */
  close(): void;
}

const defaultTimeoutMs = 30_000;

/** Larger answers are a mistake in the question. */
const maxAnswerBytes = 64 * 1024 ** 2;

/** Makes a client; nothing is sent yet. */
export function connect(settings: ClientSettings): Client {
  const isSecure = new URL(settings.url).protocol === "https:";
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, ca: settings.ca }) : new HttpAgent({ keepAlive: true });
  return clientWith(settings, { agent, send: isSecure ? httpsRequest : httpRequest });
}

interface Transport {
  readonly agent: HttpAgent;
  readonly send: (url: string, options: RequestOptions) => ReturnType<typeof httpRequest>;
}

function clientWith(settings: ClientSettings, transport: Transport): Client {
  const request: Client["request"] = (method, path, body, type) =>
    exchange(settings, transport, { method, path, body, type });
  return {
    request,
    async find(path) {
      try {
        return await request("GET", path);
      } catch (error) {
        if (error instanceof RequestError && error.status === 404) return undefined;
        throw error;
      }
    },
    as: (user, password) => clientWith({ ...settings, user, password }, transport),
    close: () => transport.agent.destroy(),
  };
}

interface Question {
  readonly method: Method;
  readonly path: string;
  readonly body: Json | undefined;
  readonly type: string | undefined;
}

async function exchange(settings: ClientSettings, transport: Transport, question: Question): Promise<unknown> {
  const { method, path } = question;
  const { url, timeoutMs = defaultTimeoutMs } = settings;
  const deadline = AbortSignal.timeout(timeoutMs);
  const { status, text } = await send(settings, transport, question, deadline).catch((error: unknown) => {
    const reason = deadline.aborted ? `took longer than ${timeoutMs} ms` : reasonOf(error);
    throw new RequestError({ method, path, reason: `${new URL(url).host}: ${reason}` }, error);
  });
  const body = parse(text);
  if (status >= 200 && status < 300) return body;
  throw new RequestError({ method, path, status, ...describeBody(body) });
}

async function send(settings: ClientSettings, transport: Transport, question: Question, signal: AbortSignal) {
  const { url, user, password } = settings;
  const { method, path, body, type } = question;
  const content = typeof body === "string" ? body : JSON.stringify(body);
  const outgoing = transport.send(url.replace(/\/$/, "") + path, {
    method,
    agent: transport.agent,
    signal,
    headers: {
      ...settings.headers,
      accept: "application/json",
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
      "content-type": type ?? (typeof body === "string" ? "application/x-ndjson" : "application/json"),
      "content-length": Buffer.byteLength(content ?? ""),
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.on("response", resolve).on("error", reject).end(content);
  const answer = await promise;
  return { status: answer.statusCode ?? 0, text: await textOf(answer) };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text; // Proxies answer errors with pages.
  }
}

/** Connections refused on all addresses of a name are an error without a message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return error.message || code;
}
