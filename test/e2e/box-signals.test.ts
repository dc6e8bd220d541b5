/** From one order to its log line, its trace, its metric with the exemplar, and the metrics of its spans. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.ts";
import type { HttpsClient } from "../helpers/https-client.ts";
import { openBox } from "./box/box.ts";
import type { Box } from "./box/box.ts";
import { ordersInContainers, ordersOnHost } from "./box/orders.ts";
import type { Orders } from "./box/orders.ts";

let box: Box;
let viewer: HttpsClient;

const patience = 90_000;

beforeAll(async () => {
  box = await openBox();
  viewer = await box.signedIn("viewer");
}, 10 * 60_000);

afterAll(() => viewer?.close());

/** Seconds from the call until a signal could be seen. */
const seen: Record<string, number> = {};
afterAll(() => process.stderr.write(`seconds until visible: ${JSON.stringify(seen)}\n`));

describe.each([
  ["as programs of this host", ordersOnHost],
  ["as containers", ordersInContainers],
])("the orders example %s", (where, start) => {
  const sku = `mug-${Date.now().toString(36)}-${where.length}`;
  let orders: Orders;
  let placedAt = 0;
  let traceId = "";
  const note = (signal: string) => {
    seen[`${where}: ${signal}`] = Math.round((performance.now() - placedAt) / 100) / 10;
  };

  beforeAll(async () => {
    orders = await start(box);
    placedAt = performance.now();
    await orders.place(sku);
  }, 60_000);

  afterAll(() => orders?.[Symbol.asyncDispose]());

  test("has its log line in Elasticsearch, with the trace's id", async () => {
    const line = await waitFor("the line of the order", () => findLine(orders.services.orders, sku), patience);
    note("log");
    expect(line).toMatchObject({ message: "order paid", "log.level": "info" });
    traceId = String(line["trace.id"]);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test("has its trace through all three services in Jaeger, behind the login", async () => {
    const services = Object.values(orders.services);
    await waitFor(
      "the trace in Jaeger",
      async () => {
        const found = await tracedServices(traceId);
        return services.every((service) => found.includes(service));
      },
      patience,
    );
    note("trace");
  });

  test("has its metric in Prometheus, with an exemplar that leads to the trace", async () => {
    const metric = `http_server_request_duration_seconds_count{service_name="${orders.services.gateway}",http_route="/shop/orders"}`;
    await waitFor("the metric", async () => (await query(metric))[0]?.value[1] === "1", patience);
    note("metric");
    const buckets = `http_server_request_duration_seconds_bucket{service_name="${orders.services.gateway}"}`;
    await waitFor("the exemplar", async () => (await exemplarsOf(buckets)).includes(traceId), patience);
    note("exemplar");
  });

  test("has the metrics of its spans in Prometheus", async () => {
    const calls = `sum(traces_span_metrics_calls_total{service_name="${orders.services.orders}",span_kind="SPAN_KIND_SERVER"})`;
    await waitFor("span metrics", async () => Number((await query(calls))[0]?.value[1] ?? 0) >= 1, patience);
    note("span metrics");
  });
});

type Fields = Readonly<Record<string, unknown>>;

function findLine(service: string, sku: string): Fields | undefined {
  const must = [
    { term: { "service.name": service } },
    { match: { message: "order paid" } },
    { match: { "labels.sku": sku } },
  ];
  const found = box.elasticsearch<{ hits?: { hits: readonly { _source: Fields }[] } }>("/logs-*/_search", {
    query: { bool: { must } },
  });
  return found.hits?.hits[0]?._source;
}

async function tracedServices(id: string): Promise<readonly string[]> {
  const answer = await viewer.ask(`/jaeger/api/traces/${id}`);
  if (answer.status !== 200) return [];
  const { data } = answer.json<{ data: readonly { processes: Readonly<Record<string, { serviceName: string }>> }[] }>();
  return data.flatMap(({ processes }) => Object.values(processes).map(({ serviceName }) => serviceName));
}

async function query(expression: string) {
  const answer = await viewer.ask(`/prometheus/api/v1/query?query=${encodeURIComponent(expression)}`);
  return answer.json<{ data: { result: readonly { value: readonly [number, string] }[] } }>().data.result;
}

async function exemplarsOf(expression: string): Promise<string> {
  const range = `start=${Date.now() / 1000 - 300}&end=${Date.now() / 1000 + 60}`;
  const answer = await viewer.ask(
    `/prometheus/api/v1/query_exemplars?query=${encodeURIComponent(expression)}&${range}`,
  );
  return answer.body;
}
