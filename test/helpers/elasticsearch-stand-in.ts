/**
 * A stand-in for Elasticsearch's bulk API: keeps documents by their id, as `create` does, and fails in every way that it is
 * told to. What it answers in each case was taken from the real server and from Nginx.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

export interface BulkRequest {
  /** When it came, in milliseconds of `performance.now()`. */
  readonly atMs: number;
  readonly items: number;
  readonly bytes: number;
  readonly authorization: string | undefined;
}

/** A line as it was sent. */
export interface StoredDocument {
  readonly stream: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ElasticsearchStandIn extends AsyncDisposable {
  readonly url: string;
  /** Documents by their id. */
  readonly documents: ReadonlyMap<string, StoredDocument>;
  readonly requests: readonly BulkRequest[];
  /** What it does with the requests that come. */
  mood: Mood;
  /** Closes the port, with all connections. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
}

/** What becomes of one document. */
interface ItemAnswer {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
  readonly failure_store?: "used";
}

interface Entry {
  readonly stream: string;
  readonly id: string;
  readonly text: string;
}

/** Answers a request, in one way or another; `store` is what a healthy server would do. */
export type Mood = (exchange: {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly store: (entry: Entry) => ItemAnswer;
  readonly response: ServerResponse;
}) => void;

export const moods = {
  healthy: ({ entries, store, response }) => answerItems(response, entries.map(store)),
  busy: ({ response }) => answerError(response, 429, "es_rejected_execution_exception"),
  unavailable: ({ response }) => void response.writeHead(503, { "content-type": "text/html" }).end("<h1>503</h1>"),
  unauthorized: ({ response }) => answerError(response, 401, "security_exception"),
  /** Takes some of the documents only; which ones is left to chance. */
  busyForSome: ({ entries, store, response }) =>
    answerItems(
      response,
      entries.map((entry) => (Math.random() < 0.3 ? rejectedExecution : store(entry))),
    ),
  /** Nginx with a small limit. */
  small: ({ entries, bytes, store, response }) => {
    if (bytes > 16 * 1024) response.writeHead(413).end("<h1>413 Request Entity Too Large</h1>");
    else answerItems(response, entries.map(store));
  },
  /** Takes everything, and the answer is lost. */
  mute: ({ entries, store, response }) => {
    entries.map(store);
    response.writeHead(200, { "content-type": "application/json" }).write("{");
    setTimeout(() => response.destroy(), 5);
  },
  /** Takes the request and says nothing. */
  hanging: () => {},
  /** Far more than anybody should read. */
  flooding: ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    const part = Buffer.alloc(1024 ** 2, " ");
    const more = () => void (response.destroyed || response.write(part, more));
    more();
  },
  /** Refuses documents whose field `labels.bad` is set, as a mapping would. */
  picky: ({ entries, store, response }) =>
    answerItems(
      response,
      entries.map((entry) => (entry.text.includes('"labels.bad"') ? notFitting : store(entry))),
    ),
  /** One such document fails the whole request: what the server does with JSON that it cannot read. */
  strict: ({ entries, store, response }) => {
    if (entries.some(({ text }) => text.includes('"labels.bad"')))
      answerError(response, 400, "x_content_parse_exception");
    else answerItems(response, entries.map(store));
  },
  /** Refuses as the picky one does, into the failure store. */
  lenient: ({ entries, store, response }) =>
    answerItems(
      response,
      entries.map((entry) => {
        const answer = store(entry);
        return entry.text.includes('"labels.bad"') ? { ...answer, failure_store: "used" } : answer;
      }),
    ),
} as const satisfies Record<string, Mood>;

const rejectedExecution: ItemAnswer = {
  status: 429,
  error: { type: "es_rejected_execution_exception", reason: "rejected execution of primary operation" },
};
const notFitting: ItemAnswer = {
  status: 400,
  error: { type: "document_parsing_exception", reason: "failed to parse field [labels.bad] of type [long]" },
};
const conflict: ItemAnswer = {
  status: 409,
  error: { type: "version_conflict_engine_exception", reason: "document already exists" },
};

export async function startElasticsearchStandIn(mood: Mood = moods.healthy): Promise<ElasticsearchStandIn> {
  const documents = new Map<string, StoredDocument>();
  const requests: BulkRequest[] = [];
  const standIn = { mood };
  const store = ({ stream, id, text }: Entry): ItemAnswer => {
    if (documents.has(id)) return conflict;
    documents.set(id, { stream, fields: JSON.parse(text) });
    return { status: 201 };
  };
  const answerBulk = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return; // The client has gone.
    const entries = readEntries(body.toString());
    const { authorization } = request.headers;
    requests.push({ atMs: performance.now(), items: entries.length, bytes: body.length, authorization });
    standIn.mood({ entries, bytes: body.length, store, response });
  };
  const server = createServer((request, response) => {
    request.on("error", () => {});
    // Clients of Elastic look for this header, and ask for the version first.
    response.setHeader("x-elastic-product", "Elasticsearch");
    if (isBulk(request)) void answerBulk(request, response);
    else answerOthers(response);
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const port = await listen(0);
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return Object.assign(standIn, {
    url: `http://127.0.0.1:${port}`,
    documents,
    requests,
    stop,
    start: async () => void (server.listening || (await listen(port))),
    [Symbol.asyncDispose]: stop,
  });
}

function isBulk({ url = "" }: IncomingMessage): boolean {
  return /\/_bulk(\?|$)/.test(url);
}

function answerOthers(response: ServerResponse): void {
  const version = { number: "9.5.3", build_flavor: "default" };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ version, tagline: "You Know, for Search" }));
}

/** Pairs of an action and a document. */
function readEntries(body: string): readonly Entry[] {
  const lines = body.split("\n").slice(0, -1);
  return lines.flatMap((line, at) => {
    if (at % 2 === 1) return [];
    const action = JSON.parse(line);
    const { _index, _id } = action.create ?? action.index; // The client of Elastic writes op_type into "index".
    return [{ stream: String(_index), id: String(_id ?? randomUUID()), text: lines[at + 1] ?? "" }];
  });
}

function answerItems(response: ServerResponse, items: readonly ItemAnswer[]): void {
  const errors = items.some(({ status }) => status > 299);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors, took: 1, items: items.map((item) => ({ create: item })) }));
}

function answerError(response: ServerResponse, status: number, type: string): void {
  const error = { type, reason: `this is ${type}` };
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { root_cause: [error], ...error }, status }));
}
