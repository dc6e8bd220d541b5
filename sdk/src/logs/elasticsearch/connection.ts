/** One connection to Elasticsearch that is kept, with a deadline for each request and a bound for each answer. */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { bulkPath } from "./bulk.ts";
import type { ElasticsearchSettings } from "./settings.ts";

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** What the server asks for, in milliseconds; 0 when it asks for nothing. */
  readonly retryAfterMs: number;
}

export interface Connection {
  /**
   * Sends the body of a bulk request.
   *
   * @throws Error when there is no whole answer in time.
   */
  post(body: Buffer, signal: AbortSignal): Promise<Reply>;
}

/** An answer of a full batch with an error for each line stays far below. */
const maxAnswerBytes = 16 * 1024 ** 2;

type ConnectionSettings = Pick<ElasticsearchSettings, "url" | "apiKey" | "caFile">;

/** Makes a connection; nothing is sent yet. */
export function connect(settings: ConnectionSettings): Connection {
  const target = new URL(settings.url);
  const headers = headersFor(target, settings.apiKey);
  const url = `${target.origin}${target.pathname.replace(/\/$/, "")}${bulkPath}`;
  const isSecure = target.protocol === "https:";
  const send = isSecure ? httpsRequest : httpRequest;
  let agent: HttpAgent | undefined;
  return {
    async post(body, signal) {
      agent ??= isSecure ? secureAgent(settings.caFile) : new HttpAgent(agentSettings);
      try {
        const { promise, resolve, reject } = Promise.withResolvers<Reply>();
        send(url, { method: "POST", agent, signal, headers: { ...headers, "content-length": body.length } })
          .on("error", reject)
          .on("response", (response) => void read(response).then(resolve, reject))
          .end(body);
        return await promise;
      } catch (error) {
        agent.destroy();
        agent = undefined; // The next one reads the certificates again: they may have been renewed.
        throw error;
      }
    },
  };
}

const agentSettings = { keepAlive: true, maxSockets: 1 } as const;

/** @throws Error when the file of certificates cannot be read. */
function secureAgent(caFile: string | undefined): HttpsAgent {
  return new HttpsAgent({ ...agentSettings, ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) });
}

function headersFor({ username, password }: URL, apiKey: string | undefined): Record<string, string> {
  const type = { "content-type": "application/x-ndjson" };
  if (apiKey !== undefined) return { ...type, authorization: apiKey.includes(" ") ? apiKey : `ApiKey ${apiKey}` };
  if (username === "") return type;
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { ...type, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone % is meant as it stands.
  }
}

async function read(response: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > maxAnswerBytes) throw new Error(`the answer is larger than ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  const seconds = Number(response.headers["retry-after"] ?? 0);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(parts).toString(),
    retryAfterMs: seconds > 0 ? seconds * 1000 : 0,
  };
}
