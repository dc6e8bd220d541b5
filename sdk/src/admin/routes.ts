/** What the admin port answers. */
import { timingSafeEqual, createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { gzip } from "node:zlib";
import { util } from "../builtins.ts";
import { logLevel } from "../logs/logger.ts";
import type { LogLevel } from "../logs/logger.ts";
import { optionTable } from "../options.ts";
import type { Scrape } from "../telemetry.ts";
import type { Readiness } from "./health.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export type Route = (request: IncomingMessage) => Answer | Promise<Answer>;

/** What the routes show. */
export interface AdminSources {
  /** Absent when metrics are not served here. */
  readonly scrape: ((accept: string | undefined) => Promise<Scrape>) | undefined;
  status(): object | Promise<object>;
  readiness(): Promise<Readiness>;
  setLevel(level: LogLevel): void;
  readonly token: string | undefined;
}

/** Routes by method and path. HEAD is answered like GET, without the body. */
export function adminRoutes(sources: AdminSources): ReadonlyMap<string, Route> {
  const { scrape } = sources;
  return new Map<string, Route>([
    ...(scrape === undefined
      ? []
      : [["GET /metrics", (request: IncomingMessage) => metrics(request, scrape)] as const]),
    ["GET /healthz", () => json(200, { status: "alive" })],
    ["GET /readyz", () => ready(sources)],
    ["GET /statusz", async () => json(200, await sources.status())],
    ["GET /loglevel", (request) => withToken(request, sources.token, () => json(200, { level: logLevel() }))],
    ["PUT /loglevel", (request) => withToken(request, sources.token, () => changeLevel(request, sources))],
  ]);
}

export function json(status: number, content: object): Answer {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(content)}\n` };
}

const compress = util.promisify(gzip);

async function metrics(request: IncomingMessage, scrape: (accept?: string) => Promise<Scrape>): Promise<Answer> {
  const { contentType, body } = await scrape(request.headers.accept);
  const headers = { "content-type": contentType, vary: "accept, accept-encoding" };
  if (!/\bgzip\b/.test(String(request.headers["accept-encoding"]))) return { status: 200, headers, body };
  return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: await compress(body) };
}

async function ready(sources: AdminSources): Promise<Answer> {
  const state = await sources.readiness();
  return json(state.ready ? 200 : 503, state);
}

async function withToken(request: IncomingMessage, token: string | undefined, answer: Route): Promise<Answer> {
  if (token === undefined) return json(403, { error: "closed: set OBSBOX_ADMIN_TOKEN to open it" });
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const isRight = timingSafeEqual(digest(given), digest(token));
  return isRight ? answer(request) : json(401, { error: "expected the token as Authorization: Bearer" });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function changeLevel(request: IncomingMessage, sources: AdminSources): Promise<Answer> {
  const { parser } = optionTable.logs.level;
  const level = parser.parse(await readShort(request));
  if (level === undefined) return json(400, { error: `expected ${parser.expected} as the body` });
  sources.setLevel(level);
  return json(200, { level });
}

const maxBodyBytes = 100;

async function readShort(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > maxBodyBytes) break;
  }
  return body.trim();
}
