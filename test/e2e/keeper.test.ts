import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";
import { newestBackup } from "../../stack/companion/keeper/backups.ts";
import { certificateEnd } from "../../stack/companion/keeper/certificates.ts";
import { keepLogs } from "../../stack/companion/keeper/logs/retention.ts";
import { keepSpans } from "../../stack/companion/keeper/spans/retention.ts";
import { indexSizes } from "../../stack/companion/keeper/stored.ts";
import { setUp, startCompanion, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { freePort } from "../helpers/free-port.ts";
import { waitFor } from "../helpers/wait-for.ts";

let box: ElasticsearchBox;

beforeAll(async () => {
  box = await startElasticsearch();
  await setUp(box);
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
});

const day = 86_400_000;
const now = Date.now();
const dayName = (daysAgo: number) => new Date(now - daysAgo * day).toISOString().slice(0, 10);

/** Text that does not compress. */
const filler = (bytes: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(Math.min(65_536, bytes)))).toString("base64");

async function addSpans(daysAgo: number, count = 1): Promise<void> {
  const span = () => `{"index":{}}\n${JSON.stringify({ traceID: "t", operationName: "o", tag: filler(30_000) })}\n`;
  const body = Array.from({ length: count }, span).join("");
  await box.elastic.request("POST", `/jaeger-span-${dayName(daysAgo)}/_bulk?refresh=true`, body);
  await box.elastic.request("PUT", `/jaeger-service-${dayName(daysAgo)}/_doc/1?refresh=true`, { serviceName: "s" });
}

async function addLines(stream: string, count: number): Promise<void> {
  const line = () =>
    `{"create":{}}\n${JSON.stringify({ "@timestamp": new Date().toISOString(), message: filler(30_000) })}\n`;
  await box.elastic.request("POST", `/${stream}/_bulk?refresh=true`, Array.from({ length: count }, line).join(""));
  await box.elastic.request("POST", `/${stream}/_flush`);
}

async function indicesOf(pattern: string): Promise<readonly string[]> {
  return [...(await indexSizes(box.elastic, pattern)).keys()].toSorted();
}

const sumOf = (sizes: ReadonlyMap<string, number>) => [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);

describe("retention of spans", () => {
  test("deletes the days that are too old, and those that are still to come, with the keeper's own rights", async () => {
    for (const daysAgo of [0, 1, 6, 7, 8, 9, 40, -400]) await addSpans(daysAgo);
    await keepSpans(box.as("keeper"), { maxAgeMs: 7 * day, maxBytes: 1e12 }, now);
    expect(await indicesOf("jaeger-*")).toEqual(
      ["service", "span"].flatMap((kind) => [7, 6, 1, 0].map((daysAgo) => `jaeger-${kind}-${dayName(daysAgo)}`)),
    );
  });

  test("deletes the oldest days while all are too large, never today's", async () => {
    await addSpans(0, 5);
    const sizes = await indexSizes(box.elastic, "jaeger-*");
    const oldest = [...sizes].filter(([name]) => name.endsWith(dayName(7))).reduce((sum, [, bytes]) => sum + bytes, 0);
    await keepSpans(box.as("keeper"), { maxAgeMs: 30 * day, maxBytes: sumOf(sizes) - oldest }, now);
    expect(await indicesOf("jaeger-span-*")).toEqual([6, 1, 0].map((daysAgo) => `jaeger-span-${dayName(daysAgo)}`));
    await keepSpans(box.as("keeper"), { maxAgeMs: 30 * day, maxBytes: 1 }, now);
    expect(await indicesOf("jaeger-*")).toEqual([`jaeger-service-${dayName(0)}`, `jaeger-span-${dayName(0)}`]);
  });
});

describe("retention of logs by size", () => {
  const backing = async (stream: string) => {
    const answer = await box.elastic.request("GET", `/_data_stream/${stream}`);
    return listAt(listAt(answer, "data_streams")[0], "indices").map((index) => textAt(index, "index_name") ?? "");
  };

  test("deletes the oldest backing indices of all streams, and never one that is written to", async () => {
    for (const stream of ["logs-a-default", "logs-b-default", "logs-a-default", "logs-b-default"]) {
      await addLines(stream, 10);
      await box.elastic.request("POST", `/${stream}/_rollover`);
    }
    const [firstA, ...restA] = await backing("logs-a-default");
    const [firstB, ...restB] = await backing("logs-b-default");
    const sizes = await indexSizes(box.elastic, "logs-*-*");
    const limit = sumOf(sizes) - (sizes.get(firstA ?? "") ?? 0) - (sizes.get(firstB ?? "") ?? 0);
    await keepLogs(box.as("keeper"), limit);
    expect(await backing("logs-a-default")).toEqual(restA);
    expect(await backing("logs-b-default")).toEqual(restB);
    expect(sumOf(await indexSizes(box.elastic, "logs-*-*"))).toBeLessThanOrEqual(limit);
  });

  test("begins a new index where one alone is too large, so that the old one can go", async () => {
    await addLines("logs-large-default", 60);
    const [large] = await backing("logs-large-default");
    const size = (await indexSizes(box.elastic, "logs-large-default")).get(large ?? "") ?? 0;
    await keepLogs(box.as("keeper"), size / 2);
    const left = await backing("logs-large-default");
    expect(left).toHaveLength(1);
    expect(left).not.toContain(large);
    await addLines("logs-large-default", 1);
    expect(await backing("logs-large-default")).toEqual(left);
  });
});

describe("backups", () => {
  test("have no age as long as there is no repository, and none in it", async () => {
    expect(await newestBackup(box.as("keeper"))).toBeUndefined();
    await box.elastic.request("PUT", "/_snapshot/obsbox", {
      type: "fs",
      settings: { location: "/tmp/snapshots/obsbox" },
    });
    expect(await newestBackup(box.as("keeper"))).toBeUndefined();
  });

  test("have the age of the newest that succeeded", async () => {
    const before = Date.now();
    await box.elastic.request("PUT", "/_snapshot/obsbox/one?wait_for_completion=true", { indices: "logs-a-default" });
    const newest = await newestBackup(box.as("keeper"));
    expect(newest).toBeGreaterThanOrEqual(before - 1000);
    expect(newest).toBeLessThanOrEqual(Date.now() + 1000);
  });
});

test("the end of Elasticsearch's certificate is read from its port", async () => {
  const { hostname, port } = new URL(box.url);
  const end = await certificateEnd({ component: "elasticsearch", host: hostname, port: Number(port) });
  expect(end).toBeGreaterThan(Date.now() + 300 * day);
});

describe("the keeper", () => {
  const metricsOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const valueOf = (text: string, name: string, label = "") => {
    const line = text.split("\n").find((one) => one.startsWith(`${name}{`) && one.includes(label));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
  };

  test("finds the line of its canary, and tells all jobs on its port", async () => {
    const port = await freePort();
    await using keeper = startCompanion("keeper", {
      ...box.env,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    const line = await waitFor(
      "the canary's line",
      () => keeper.lines().find((one) => one["event.action"] === "log-canary"),
      60_000,
    );
    // The test ships the line, as Filebeat would.
    const stream = `logs-${String(line["event.dataset"])}-default`;
    await box.as("filebeat").request("POST", `/${stream}/_bulk`, `{"create":{}}\n${JSON.stringify(line)}\n`);
    const text = await waitFor(
      "the canary's line to be found",
      async () => {
        const metrics = await metricsOf(port);
        return valueOf(metrics, "obsbox_canary_delivery_seconds_count") === 1 ? metrics : undefined;
      },
      60_000,
    );
    expect(valueOf(text, "obsbox_canary_last_found_timestamp_seconds")).toBeGreaterThan(now / 1000);
    expect(valueOf(text, "obsbox_canary_lost_total")).toBe(0);
    expect(valueOf(text, "obsbox_keeper_backup_age_seconds")).toBeLessThan(600);
    for (const job of ["spans", "logs", "backups", "canary"]) {
      expect([job, valueOf(text, "obsbox_keeper_last_success_timestamp_seconds", `task="${job}"`)]).toEqual([
        job,
        expect.any(Number),
      ]);
    }
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await keeper.end()).toBe(0);
  });

  test("is not ready while Elasticsearch does not answer, and says so once", async () => {
    const port = await freePort();
    await using keeper = startCompanion("keeper", {
      ...box.env,
      OBSBOX_STACK_ELASTICSEARCH_URL: "https://127.0.0.1:9",
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    const failed = (job: string) => keeper.lines().filter((line) => String(line["message"]).startsWith(`${job}: `));
    await waitFor("the failure", () => failed("spans").length > 0, 60_000);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
    expect(failed("spans").map((line) => line["message"])).toEqual([
      expect.stringContaining("got no answer: 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9"),
    ]);
  });

  test("does not start with a setting that it cannot use", async () => {
    await using keeper = startCompanion("keeper", { ...box.env, OBSBOX_TRACES_MAX_SIZE: "much" });
    expect(await keeper.ended()).toBe(1);
    expect(keeper.lines().map((line) => line["message"])).toContain(
      'the keeper cannot start: OBSBOX_TRACES_MAX_SIZE: got "much", expected a size such as 512MB or 10GB; change it in .env and run obsbox up',
    );
  });
});
