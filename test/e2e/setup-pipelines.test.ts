import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAt, numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { setUp, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { cases, ecs } from "./setup-pipeline-cases.ts";
import type { Line } from "./setup-pipeline-cases.ts";

let box: ElasticsearchBox;

beforeAll(async () => {
  box = await startElasticsearch();
  await setUp(box);
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
});

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
