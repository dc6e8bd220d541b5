/** A client that trusts one authority and keeps cookies, and follows no redirect by itself. */
import { Agent, request } from "node:https";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  json<T>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpsClient {
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Sends a form as a page of the same origin does. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Answer>;
  cookies(): string;
  close(): void;
}

const timeoutMs = 30_000;

export function openHttpsClient(origin: string, ca: string): HttpsClient {
  const agent = new Agent({ keepAlive: true, ca });
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const ask = async (path: string, { method = "GET", headers = {}, body }: Ask = {}) => {
    const answer = await send(new URL(path, origin), { agent, method, headers: withCookies(headers, cookies()) }, body);
    for (const line of listOf(answer.headers["set-cookie"])) keep(jar, line);
    return answer;
  };
  const submit = (path: string, fields: Readonly<Record<string, string>>) =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams(fields).toString(),
    });
  return { ask, submit, cookies, close: () => agent.destroy() };
}

function withCookies(headers: Readonly<Record<string, string>>, cookie: string): Record<string, string> {
  return cookie === "" ? { ...headers } : { ...headers, cookie };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const [name = "", ...value] = pair.split("=");
  const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute) || /^expires=.*1970/i.test(attribute));
  if (isGone) jar.delete(name);
  else jar.set(name, value.join("="));
}

interface Sending {
  readonly agent: Agent;
  readonly method: string;
  readonly headers: Record<string, string>;
}

function send(url: URL, { agent, method, headers }: Sending, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers, timeout: timeoutMs }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(parts).toString();
        const { statusCode: status = 0, headers: received } = incoming;
        resolve({ status, headers: received, body: text, json: <T>() => JSON.parse(text) as T });
      });
    });
    outgoing.on("timeout", () =>
      outgoing.destroy(new Error(`${method} ${url.pathname}: no answer in ${timeoutMs} ms`)),
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
