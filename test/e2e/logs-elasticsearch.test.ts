/** Log lines straight to the real Elasticsearch: with the rights that the documents name, through crashes and refusals. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAt, numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { areOfficial } from "../helpers/images.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { setUp, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { compare, describeVerdict, markOf, readLedger } from "../reliability/ledger.ts";
import type { Mark } from "../reliability/ledger.ts";

let box: ElasticsearchBox;
let dir: string;
let apiKey: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "obsbox-e2e-logs-"));
  box = await startElasticsearch();
  await setUp(box);
  const answer = await box.elastic.request("POST", "/_security/api_key", {
    name: "service",
    role_descriptors: {
      writer: { indices: [{ names: ["logs-*-*"], privileges: ["create_doc", "auto_configure"] }] },
    },
  });
  apiKey = textAt(answer, "encoded") ?? "";
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** The admin port is said in the line of the start, so lines go to stdout as well. */
const target = () => ({
  OBSBOX_LOG_TARGETS: "stdout,elasticsearch",
  OBSBOX_ELASTICSEARCH_URL: box.url,
  OBSBOX_ELASTICSEARCH_API_KEY: apiKey,
  OBSBOX_ELASTICSEARCH_CA_FILE: box.caFile,
});

/** A service with a ledger that writes to the server. */
function startLoad(name: string, perSecond: number, lines: number): { program: Program; ledger: string } {
  const ledger = join(dir, `${name}.ledger`);
  const program = startProgram("elasticsearch-load.mjs", {
    flags: register,
    args: [ledger, name, String(perSecond), String(lines)],
    env: { ...target(), OTEL_SERVICE_NAME: name, OBSBOX_ELASTICSEARCH_SPOOL_DIR: join(dir, "spool") },
  });
  return { program, ledger };
}

async function count(index: string): Promise<number> {
  await box.elastic.request("POST", `/${index}/_refresh`);
  return numberAt(await box.elastic.request("GET", `/${index}/_count`), "count") ?? 0;
}

/** The marks of all documents of a data stream. */
async function marksIn(stream: string): Promise<readonly Mark[]> {
  const marks: Mark[] = [];
  let after: readonly unknown[] | undefined;
  for (;;) {
    const answer = await box.elastic.request("POST", `/${stream}/_search`, {
      size: 5000,
      sort: [{ "labels.seq": "asc" }, { "event.id": "asc" }],
      query: { exists: { field: "labels.seq" } },
      ...(after === undefined ? {} : { search_after: [...after] as string[] }),
    });
    const hits = listAt(answer, "hits", "hits");
    marks.push(...hits.flatMap((hit) => markOf({ ...(valueAt(hit, "_source") as object) }) ?? []));
    if (hits.length < 5000) return marks;
    after = listAt(hits.at(-1), "sort");
  }
}

const dropped = async (program: Program) =>
  Object.fromEntries(
    samplesOf(await scrape(program), "obsbox_log_dropped_total").map(({ labels, value }) => [labels["reason"], value]),
  );

test("lines arrive with a key that may create documents and nothing else, as documents of the box's template", async () => {
  const { program, ledger } = startLoad("arrives", 200, 1000);
  await using _ = program;
  await waitFor("all lines", async () => (await count("logs-arrives-default").catch(() => 0)) >= 1001, 60_000);
  const verdict = compare(readLedger(ledger), { marks: await marksIn("logs-arrives-default"), corrupt: 0 });
  expect(verdict).toMatchObject({ acknowledged: 1000, lost: 0, duplicate: 0 });
  const stream = listAt(await box.elastic.request("GET", "/_data_stream/logs-arrives-default"), "data_streams")[0];
  expect(textAt(stream, "template")).toBe("obsbox-logs");
  expect(await dropped(program)).toEqual({});
});

test("L4 Elasticsearch is killed three times while lines are written: none is lost, none is there twice", async () => {
  const lines = 200 * 45;
  const { program, ledger } = startLoad("killed", 200, lines);
  await using _ = program;
  const up: number[] = [];
  for (let kill = 0; kill < 3; kill++) {
    await waitFor("a server that takes lines", async () => (await count("logs-killed-default")) > 0, 120_000);
    await sleep(1000 + Math.random() * 3000);
    const began = performance.now();
    await box.crash();
    await waitFor("a server that answers", async () => isUp(), 120_000);
    up.push((performance.now() - began) / 1000);
  }
  await waitFor("the end of the load", () => program.stdout().includes("\nwritten"), 90_000);
  await waitFor("all lines", async () => (await marksIn("logs-killed-default")).length >= lines, 90_000);
  const verdict = compare(readLedger(ledger), { marks: await marksIn("logs-killed-default"), corrupt: 0 });
  console.info(
    `L4: ${describeVerdict(verdict)}; up again after ${up.map((seconds) => seconds.toFixed(0)).join(", ")} s`,
  );
  expect(verdict).toMatchObject({ acknowledged: lines, lost: 0, duplicate: 0 });
  expect(Math.max(...up)).toBeLessThan(90);
  expect(await dropped(program)).toEqual({});
});

async function isUp(): Promise<boolean> {
  const health = await box.elastic.request("GET", "/_cluster/health");
  return ["green", "yellow"].includes(textAt(health, "status") ?? "");
}

/** A data stream that refuses lines whose `labels.bad` is no number. */
async function makeStrictStream(name: string, hasStore: boolean): Promise<void> {
  await box.elastic.request("PUT", `/_index_template/${name}`, {
    index_patterns: [`logs-${name}-*`],
    priority: 400,
    data_stream: {},
    template: {
      settings: { "index.mode": "standard" },
      mappings: {
        subobjects: false,
        properties: { "@timestamp": { type: "date" }, "labels.bad": { type: "long", ignore_malformed: false } },
      },
      data_stream_options: { failure_store: { enabled: hasStore } },
    },
  });
  await box.elastic.request("PUT", `/_data_stream/logs-${name}-default`);
}

function startRefused(name: string): Program {
  return startProgram("elasticsearch-refused.mjs", {
    flags: register,
    args: ["5000", "100"],
    env: { ...target(), OTEL_SERVICE_NAME: name },
  });
}

describe("L8 one line in a hundred does not fit its mapping", () => {
  const others = 5000 + 1 - 50; // One is the line of the start.

  test("the others arrive, and those that do not fit are counted", async () => {
    await makeStrictStream("refused", false);
    await using program = startRefused("refused");
    await waitFor("the others", async () => (await count("logs-refused-default")) === others, 60_000).catch(
      (error: unknown) => {
        throw new Error(program.stderr(), { cause: error });
      },
    );
    await waitFor("the count", async () => (await dropped(program))["elasticsearch-mapping"] === 50, 30_000);
    expect(await dropped(program)).toEqual({ "elasticsearch-mapping": 50 });
    expect(await count("logs-refused-default")).toBe(others);
  });

  // The built server has no failure store.
  if (!areOfficial) return;
  test("the others arrive, and those that do not fit are in the failure store", async () => {
    await makeStrictStream("kept", true);
    await using program = startRefused("kept");
    await waitFor("the others", async () => (await count("logs-kept-default")) === others, 60_000);
    await waitFor("those that do not fit", async () => (await count("logs-kept-default::failures")) === 50, 30_000);
    expect(await dropped(program)).toEqual({});
  });
});
