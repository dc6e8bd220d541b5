import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAt, numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { setUp, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";

let box: ElasticsearchBox;

beforeAll(async () => {
  box = await startElasticsearch();
  await setUp(box);
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
});

type Line = Readonly<Record<string, unknown>>;

interface Case {
  readonly about: string;
  readonly line: Line;
  /** What the stored line must hold, or fields that the index must have. */
  readonly becomes: Line;
  /** Keys that must be gone. */
  readonly without?: readonly string[];
}

const time = "2026-01-02T03:04:05.678Z";
const timeMs = Date.parse(time);

/** An ECS line as the SDK writes it. */
const ecs = {
  "log.level": "info",
  "@timestamp": time,
  "ecs.version": "9.0.0",
  "process.pid": 7,
  "host.hostname": "web-1",
  "service.name": "orders",
  "event.dataset": "orders",
  "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736",
  "span.id": "00f067aa0ba902b7",
  message: "placed",
};

const pino = { level: 30, time: timeMs, pid: 7, hostname: "web-1", msg: "placed" };

const cases: readonly Case[] = [
  {
    about: "a plain pino line becomes ECS",
    line: { ...pino, orderId: 5 },
    becomes: {
      "@timestamp": time,
      log: { level: "info" },
      process: { pid: 7 },
      host: { hostname: "web-1" },
      message: "placed",
      orderId: 5,
    },
    without: ["level", "time", "pid", "hostname", "msg"],
  },
  { about: "a line of the SDK is left as it is", line: ecs, becomes: ecs },
  {
    about: "an ECS line of another logger is left as it is",
    line: { "@timestamp": time, "log.level": "info", message: "x", "ecs.version": "8.10.0", level: 3 },
    becomes: { "@timestamp": time, "log.level": "info", message: "x", level: 3 },
  },
  {
    about: "a line of a pino that the SDK has given ids keeps them",
    line: { ...pino, "trace.id": "abc", "service.name": "orders" },
    becomes: { "trace.id": "abc", "service.name": "orders", message: "placed", log: { level: "info" } },
  },
  {
    about: "ids under the names of OpenTelemetry move to those of ECS",
    line: { ...pino, trace_id: "abc", span_id: "def", trace_flags: "01" },
    becomes: { trace: { id: "abc" }, span: { id: "def" }, trace_flags: "01" },
    without: ["trace_id", "span_id"],
  },
  {
    about: "an error of pino's serialiser becomes ECS, with what else it has",
    line: {
      ...pino,
      level: 50,
      err: { type: "TypeError", message: "boom", stack: "TypeError: boom", code: "E1", at: 3 },
    },
    becomes: {
      log: { level: "error" },
      error: { type: "TypeError", message: "boom", stack_trace: "TypeError: boom", code: "E1" },
      err: { at: 3 },
    },
  },
  {
    about: "an error that is a text stays",
    line: { ...pino, err: "boom" },
    becomes: { err: "boom", message: "placed" },
  },
  {
    about: "request, response and id of pino-http become ECS",
    line: {
      ...pino,
      req: { id: 9, method: "GET", url: "/a?b=c", headers: { host: "h" } },
      res: { statusCode: 404 },
      responseTime: 12,
    },
    becomes: {
      http: { request: { id: 9, method: "GET" }, response: { status_code: 404 } },
      url: { original: "/a?b=c" },
      req: { headers: { host: "h" } },
      responseTime: 12,
    },
  },
  {
    about: "a request id of fastify moves",
    line: { ...pino, reqId: "req-1" },
    becomes: { http: { request: { id: "req-1" } } },
  },
  {
    about: "a line of bunyan becomes ECS",
    line: { name: "shop", hostname: "h", pid: 1, level: 40, msg: "bunyan", time, v: 0 },
    becomes: { log: { level: "warn", logger: "shop" }, "@timestamp": time, message: "bunyan", v: 0 },
  },
  {
    about: "names of levels and ISO times are understood",
    line: { level: "WARN", time, msg: "x" },
    becomes: { log: { level: "warn" }, "@timestamp": time, message: "x" },
  },
  {
    about: "seconds since 1970 are understood",
    line: { ...pino, time: 1_767_323_045 },
    becomes: { "@timestamp": "2026-01-02T03:04:05Z" },
  },
  {
    about: "a pino whose message key is that of ECS is understood",
    line: { level: 30, time: timeMs, message: "x" },
    becomes: { message: "x", "@timestamp": time, log: { level: "info" } },
  },
  {
    about: "a pino line without a message is understood",
    line: { level: 30, time: timeMs, orderId: 1 },
    becomes: { orderId: 1, log: { level: "info" } },
  },
  {
    about: "a time that is none is kept beside the time of the shipper",
    line: { ...pino, "@timestamp": time, time: "soon" },
    becomes: { "@timestamp": time, labels: { time: "soon" }, message: "placed" },
  },
  {
    about: "a line that is not JSON stays a message",
    line: { "@timestamp": time, message: "listening on 3000" },
    becomes: { "@timestamp": time, message: "listening on 3000" },
  },
  { about: "a line without a time gets one", line: { message: "x" }, becomes: { message: "x" } },
  {
    about: "a level alone is somebody's field",
    line: { "@timestamp": time, level: 12, message: "dragon slain" },
    becomes: { level: 12, message: "dragon slain" },
  },
  ...[
    [5, "trace"],
    [10, "trace"],
    [19, "trace"],
    [20, "debug"],
    [30, "info"],
    [35, "info"],
    [39, "info"],
    [40, "warn"],
    [50, "error"],
    [59, "error"],
    [60, "fatal"],
    [70, "fatal"],
    [100, "fatal"],
  ].map(([level, name]) => ({
    about: `level ${level} is ${name}`,
    line: { ...pino, level },
    becomes: { log: { level: name } },
    without: ["level"],
  })),
  {
    about: "a level that is no number is kept",
    line: { ...pino, level: "notice" },
    becomes: { log: { level: "notice" } },
  },
];

async function store(stream: string, lines: readonly Line[]): Promise<unknown> {
  const body = lines.flatMap((line) => [JSON.stringify({ create: {} }), JSON.stringify(line)]).join("\n");
  return box.elastic.request("POST", `/${stream}/_bulk?refresh=true`, `${body}\n`);
}

async function search(stream: string, query: unknown): Promise<readonly unknown[]> {
  const answer = await box.elastic.request(
    "POST",
    `/${stream}/_search`,
    JSON.stringify({ query, size: 100 }),
    "application/json",
  );
  return listAt(valueAt(answer, "hits"), "hits").map((hit) => valueAt(hit, "_source"));
}

describe("the pipeline", () => {
  test.each(cases)("$about", async ({ line, becomes, without = [] }) => {
    const answer = await box.elastic.request(
      "POST",
      "/logs-cases-default/_doc?refresh=true",
      JSON.stringify(line),
      "application/json",
    );
    const id = textAt(answer, "_id");
    const [stored] = await search("logs-cases-default", { ids: { values: [id] } });
    expect(stored).toMatchObject(becomes);
    expect(Object.keys(stored ?? {}).filter((key) => without.includes(key))).toEqual([]);
  });

  test("leaves a line of the SDK alone byte for byte", async () => {
    await store("logs-untouched-default", [ecs]);
    expect(await search("logs-untouched-default", { match_all: {} })).toEqual([ecs]);
  });

  test("runs no processor for a line of the SDK that fails", async () => {
    const failures = async () => {
      const answer = await box.elastic.request(
        "GET",
        "/_nodes/stats/ingest?filter_path=nodes.*.ingest.pipelines.obsbox-logs",
      );
      return [...JSON.stringify(answer).matchAll(/"failed":(\d+)/g)].map(([, count]) => Number(count));
    };
    const before = await failures();
    await store("logs-untouched-default", [ecs, ecs, ecs]);
    expect(await failures()).toEqual(before);
  });
});

/** Values that break mappings, for the same key one after the other. */
const conflicts: readonly unknown[] = [
  5,
  5.5,
  "text",
  true,
  { a: 1 },
  { a: { b: "x" } },
  ["a"],
  [{ a: 1 }],
  null,
  "2026-01-01",
  1e300,
];

describe("no line is refused", () => {
  test.each([
    [
      "values of different types under one key",
      conflicts.map((value) => ({ ...ecs, message: "m", user: value, "labels.x": value })),
    ],
    [
      "values of different types under fields of the box",
      conflicts.map((value) => ({ ...ecs, message: value, "event.duration": value, "trace.id": value })),
    ],
    [
      "5,000 keys",
      [{ ...ecs, ...Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, index])) }],
    ],
    ["a text of 40,000 characters", [{ ...ecs, "labels.long": "x".repeat(40_000), message: "y".repeat(40_000) }]],
    ["60 objects in each other", [{ ...ecs, app: Array.from({ length: 60 }).reduce((inner) => ({ a: inner }), 1) }]],
    [
      "the years 1970 and 9999",
      [
        { ...ecs, "@timestamp": "1970-01-01T00:00:00.000Z" },
        { ...ecs, "@timestamp": "9999-12-31T23:59:59.999Z" },
      ],
    ],
    ["ids that are objects under the names of aliases", [{ ...ecs, trace_id: { a: 1 }, span_id: ["x"] }]],
  ])("for %s", async (about, lines) => {
    const stream = `logs-${about.toLowerCase().replace(/[^a-z0-9]/g, "_")}-default`;
    const answer = await store(stream, lines);
    const refused = listAt(answer, "items").filter((item) => (numberAt(item, "create", "status") ?? 0) >= 300);
    expect(refused).toEqual([]);
    expect(await search(stream, { match_all: {} })).toHaveLength(lines.length);
  });

  test("and the lines beside one that is refused are stored", async () => {
    const bad = { "@timestamp": "soon", message: "bad" };
    const answer = await store("logs-beside-default", [ecs, bad, ecs]);
    expect(listAt(answer, "items").map((item) => numberAt(item, "create", "status"))).toEqual([201, 400, 201]);
  });
});

describe("lines are found", () => {
  test.each<[string, object]>([
    ["by trace id", { term: { "trace.id": ecs["trace.id"] } }],
    ["by the alias of the trace id", { term: { trace_id: ecs["trace.id"] } }],
    ["by the alias of the span id", { term: { span_id: ecs["span.id"] } }],
    ["by a word of the message", { match: { message: "placed" } }],
    ["by a bare word", { query_string: { query: "placed" } }],
    ["by a label", { term: { "labels.http_route": "/orders/:id" } }],
    ["by a range of a label that is a number", { range: { "labels.amount": { gt: 10, lt: 13 } } }],
    ["by a key of an object of the service's own", { term: { "app.cart.items": 3 } }],
    ["by a status code", { range: { "http.response.status_code": { gte: 500 } } }],
    ["by an address of a network", { term: { "client.ip": "10.0.0.0/8" } }],
    ["by time", { range: { "@timestamp": { gte: "2026-01-02", lt: "2026-01-03" } } }],
  ])("%s", async (_about, query) => {
    const stream = "logs-found-default";
    const line = {
      ...ecs,
      "labels.http_route": "/orders/:id",
      "labels.amount": 12.5,
      "app.cart": { items: 3 },
      "http.response.status_code": 503,
      "client.ip": "10.1.2.3",
    };
    const other = {
      "@timestamp": "2025-01-01T00:00:00.000Z",
      message: "other",
      "labels.amount": 3,
      "client.ip": "192.0.2.1",
    };
    if ((await search("logs-found-*", { match_all: {} })).length === 0) await store(stream, [line, other]);
    expect(await search(stream, query)).toHaveLength(1);
  });
});
