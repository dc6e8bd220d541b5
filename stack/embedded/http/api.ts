/** The HTTP API: everything that the page shows, as JSON. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { messageOf } from "../errors.ts";
import { chartMetric } from "../queries/metrics.ts";
import { summarizeServices } from "../queries/services.ts";
import type { TimeRange } from "../queries/services.ts";
import { createLineSplitter } from "../lines/split.ts";
import { severityOf } from "../severity.ts";
import type { StoredLog } from "../store/logs.ts";
import { serviceOf } from "../store/spans.ts";
import type { Store } from "../store/store.ts";
import { loadLine, saveWindow } from "../store/window.ts";
import { HttpError, json } from "./server.ts";
import type { Call, Route } from "./server.ts";
import { tailLogs } from "./tail.ts";

export interface ApiSources {
  readonly store: Store;
  /** What the box is and does, for `/api/status`. */
  readonly status: () => object;
}

const maxLimit = 1000;
const defaultRangeMinutes = 15;

export function apiRoutes({ store, status }: ApiSources): Route[] {
  const get = (path: string, read: (call: Call) => unknown): Route => ({
    method: "GET",
    path,
    handle: async (call) => json(await read(call)),
  });
  const act = (path: string, act: (call: Call) => unknown): Route => ({
    method: "POST",
    path,
    async handle(call) {
      await act(call);
      return json({ ...status(), ...store.status() });
    },
  });
  return [
    get("/api/status", () => ({ ...status(), ...store.status() })),
    get("/api/services", ({ query }) => summarizeServices(store, rangeOf(query))),
    get("/api/service-map", ({ query }) => store.tables.spans.edges(rangeOf(query).fromUs)),
    get("/api/traces", (call) => searchTraces(store, call)),
    get("/api/traces/:traceId", (call) => showTrace(store, call)),
    get("/api/logs", (call) => searchLogs(store, call)),
    { method: "GET", path: "/api/logs/tail", handle: (call) => tailLogs(store, logFilter(call.query), call) },
    get("/api/metrics", () => store.tables.metrics.families()),
    get("/api/metrics/:name", (call) => showMetric(store, call)),
    { method: "GET", path: "/api/window", handle: ({ response }) => sendWindow(store, response) },
    act("/api/window", (call) => receiveWindow(store, call)),
    act("/api/pause", () => store.pause(true)),
    act("/api/resume", () => store.pause(false)),
    act("/api/clear", () => store.clear()),
  ];
}

function searchTraces(store: Store, { query }: Call) {
  const [key, value] = splitPair(query.get("attribute"));
  return store.tables.spans.search({
    service: text(query, "service"),
    operation: text(query, "operation"),
    minUs: scaled(number(query, "minMs"), 1000),
    maxUs: scaled(number(query, "maxMs"), 1000),
    onlyErrors: query.get("errors") === "true",
    attribute: key === undefined || value === undefined ? undefined : { key, value },
    ...rangeOf(query),
    limit: limitOf(query, 50),
  });
}

function showTrace(store: Store, { parameters }: Call) {
  const { traceId = "" } = parameters;
  const spans = store.tables.spans.trace(traceId);
  const logs = store.tables.logs.search({ traceId, limit: maxLimit }).toReversed();
  if (spans.length + logs.length === 0) throw new HttpError(404, `trace ${traceId} is not in the window`);
  return {
    traceId,
    spans: spans.map((span) => ({ ...span, service: serviceOf(span.resource) })),
    logs: logs.map(withService),
  };
}

function searchLogs(store: Store, { query }: Call) {
  return store.tables.logs.search({ ...logFilter(query), limit: limitOf(query, 200) }).map(withService);
}

function logFilter(query: URLSearchParams) {
  const level = text(query, "level");
  return {
    text: text(query, "text"),
    service: text(query, "service"),
    severity: level === undefined ? undefined : severityOf(level),
    traceId: text(query, "trace"),
    before: number(query, "before"),
    at: number(query, "at"),
    fromUs: number(query, "fromUs"),
    toUs: number(query, "toUs"),
  };
}

function withService(record: StoredLog) {
  return { ...record, service: serviceOf(record.resource) };
}

function showMetric(store: Store, { parameters, query }: Call) {
  const { name = "" } = parameters;
  const statistic = text(query, "statistic");
  const chart = chartMetric(store, {
    name,
    groupBy: text(query, "group"),
    statistic,
    service: text(query, "service"),
    ...rangeOf(query),
  });
  if (chart === undefined) throw new HttpError(404, `metric ${name} is not in the window`);
  return chart;
}

async function sendWindow(store: Store, response: ServerResponse): Promise<undefined> {
  response.writeHead(200, {
    "content-type": "application/x-ndjson",
    "content-disposition": 'attachment; filename="obsbox-window.ndjson"',
    "x-content-type-options": "nosniff",
  });
  for (const line of saveWindow(store)) {
    if (response.destroyed) return;
    if (!response.write(line)) await once(response, "drain");
  }
  response.end();
}

/** Longest line of a file: a request of some hundred records. */
const maxWindowLine = 64 * 1024 ** 2;

async function receiveWindow(store: Store, { request }: Call): Promise<void> {
  const lines = createLineSplitter(maxWindowLine);
  let number = 0;
  const take = (text: string) => {
    number += 1;
    if (text === "") return;
    try {
      loadLine(store, text);
    } catch (error) {
      throw new HttpError(400, `line ${number} is not of a saved window: ${messageOf(error)}`);
    }
  };
  store.startLoading();
  for await (const chunk of request) for (const { text } of lines.push(Buffer.from(chunk))) take(text);
  for (const { text } of lines.end()) take(text);
  store.write();
}

function rangeOf(query: URLSearchParams): TimeRange {
  const toUs = number(query, "toUs") ?? Date.now() * 1000;
  const minutes = number(query, "minutes") ?? defaultRangeMinutes;
  return { fromUs: number(query, "fromUs") ?? toUs - minutes * 60e6, toUs };
}

function text(query: URLSearchParams, name: string): string | undefined {
  return query.get(name)?.trim() || undefined;
}

function number(query: URLSearchParams, name: string): number | undefined {
  const given = text(query, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isFinite(value) || value < 0) throw new HttpError(400, `${name}: got ${given}, expected a number`);
  return Math.round(value * 1000) / 1000;
}

function limitOf(query: URLSearchParams, usual: number): number {
  return Math.min(maxLimit, Math.max(1, Math.floor(number(query, "limit") ?? usual)));
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * factor);
}

/** `key=value`, the value with whatever it has. */
function splitPair(pair: string | null): [string?, string?] {
  const at = pair?.indexOf("=") ?? -1;
  return pair === null || at < 1 ? [] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}
