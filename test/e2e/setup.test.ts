import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "../../stack/companion/elasticsearch/client.ts";
import { entriesAt, listAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { applyToDataStreams } from "../../stack/companion/setup/logs/data-streams.ts";
import type { SetupContext } from "../../stack/companion/setup/step.ts";
import { steps } from "../../stack/companion/setup/steps.ts";
import { elasticsearchUsers } from "../../stack/secrets.ts";
import { startCompanion, startElasticsearch } from "../helpers/start-elasticsearch.ts";
import type { ElasticsearchBox } from "../helpers/start-elasticsearch.ts";
import { waitFor } from "../helpers/wait-for.ts";

let box: ElasticsearchBox;

beforeAll(async () => {
  box = await startElasticsearch();
});
afterAll(async () => {
  await box[Symbol.asyncDispose]();
});

/** Where everything is that the setup makes. */
const resultPaths = [
  "/_security/role",
  "/_security/user",
  "/_ingest/pipeline",
  "/_component_template",
  "/_index_template",
  "/_cluster/settings?flat_settings=true",
];

/** A hash of everything that the setup makes, without the times at which it was made. */
async function resultHash(): Promise<string> {
  const answers = await Promise.all(resultPaths.map((path) => box.elastic.request("GET", path)));
  return createHash("sha256")
    .update(JSON.stringify(answers.map(timeless)))
    .digest("hex");
}

function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(timeless(item))).toSorted();
  if (typeof value !== "object" || value === null) return value;
  const lasting = Object.entries(value).filter(([key]) => !/_date(_millis)?$/.test(key));
  return Object.fromEntries(
    lasting.toSorted(([a], [b]) => a.localeCompare(b)).map(([key, inner]) => [key, timeless(inner)]),
  );
}

/** Takes away what the setup made. */
async function reset(): Promise<void> {
  const { elastic } = box;
  const remove = (path: string) => elastic.request("DELETE", path);
  for (const { user } of Object.values(elasticsearchUsers).slice(2)) {
    await remove(`/_security/user/${user}`);
    await remove(`/_security/role/${user}`);
  }
  await remove("/_data_stream/*");
  await remove("/_index_template/obsbox-*");
  await remove("/_index_template/jaeger-*");
  await remove("/_component_template/obsbox-*");
  await remove("/_ingest/pipeline/obsbox-*");
  await elastic.request("PUT", "/_cluster/settings", { persistent: { "action.*": null, "cluster.*": null } });
  await elastic.request("POST", "/_security/user/kibana_system/_password", { password: "another-one" });
}

interface Run {
  readonly code: number | NodeJS.Signals;
  readonly lines: readonly string[];
}

async function runSetup(env: Readonly<Record<string, string>> = {}): Promise<Run> {
  await using program = startCompanion("setup", { ...box.env, ...env });
  const code = await program.ended();
  return { code, lines: program.lines().map((line) => String(line["message"])) };
}

const nothingChanged = "all was as declared, nothing was changed";

describe("setup", () => {
  let expected = "";

  test("sets up an empty Elasticsearch and ends with 0", async () => {
    const { code, lines } = await runSetup();
    expect(lines.at(-1)).toBe("all is as declared now");
    expect(code).toBe(0);
    for (const { name } of steps) expect(lines.filter((line) => line.startsWith(`${name}: `))).toHaveLength(1);
    expected = await resultHash();
  });

  test("changes nothing the second time, and says so", async () => {
    const { code, lines } = await runSetup();
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe(nothingChanged);
    expect(await resultHash()).toBe(expected);
  });

  test("sends nothing but questions when all is as declared", async () => {
    const writes: string[] = [];
    await runSteps(recording(box.elastic, (call) => void writes.push(call)));
    expect(writes).toEqual([]);
  });

  test("converges after it was killed behind each of its steps", async () => {
    await reset();
    for (const { name } of steps) {
      await using program = startCompanion("setup", box.env);
      await waitFor(name, () => program.lines().some((line) => String(line["message"]).startsWith(`${name}: `)));
      await program.end("SIGKILL");
    }
    const runs = [await runSetup(), await runSetup(), await runSetup()];
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs.map(({ lines }) => lines.at(-1)).slice(1)).toEqual([nothingChanged, nothingChanged]);
    expect(await resultHash()).toBe(expected);
  });

  test("converges although it ends behind each single change", async () => {
    await reset();
    let ends = 0;
    while (await endsAfterOneChange()) ends += 1;
    expect(ends).toBeGreaterThan(25);
    expect((await runSetup()).lines.at(-1)).toBe(nothingChanged);
    expect(await resultHash()).toBe(expected);
  });

  test("mends what somebody changed", async () => {
    const { elastic } = box;
    await elastic.request("PUT", "/_security/role/obsbox_filebeat", { cluster: ["all"] });
    await elastic.request("PUT", "/_security/user/obsbox_grafana/_disable");
    await elastic.request("POST", "/_security/user/obsbox_keeper/_password", { password: "something-else" });
    await elastic.request("PUT", "/_ingest/pipeline/obsbox-logs-pino", { processors: [] });
    await elastic.request("PUT", "/_cluster/settings", { persistent: { "action.auto_create_index": "true" } });
    expect((await runSetup()).lines.at(-1)).toBe("all is as declared now");
    expect(await resultHash()).toBe(expected);
  });

  test("gives every user the password of the box", async () => {
    const users = Object.entries(elasticsearchUsers);
    const answers = await Promise.all(
      users.map(([key]) => box.as(key as keyof typeof elasticsearchUsers).request("GET", "/_security/_authenticate")),
    );
    expect(answers.map((answer) => textAt(answer, "username"))).toEqual(users.map(([, { user }]) => user));
  });

  test("leaves the licence at Basic", async () => {
    expect(textAt(await box.elastic.request("GET", "/_license"), "license", "type")).toBe("basic");
  });

  test("says in one line what to do when the password of elastic is another one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "obsbox-secrets-"));
    writeFileSync(join(folder, "ca.crt"), box.ca);
    writeFileSync(join(folder, "elasticsearch-elastic"), "wrong");
    const { code, lines } = await runSetup({ OBSBOX_SECRETS_DIR: folder });
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith("setup failed"))).toEqual([
      "setup failed: Elasticsearch refuses the password of its user elastic: its volume was made with another one; " +
        "put the old secrets/elasticsearch-elastic back, or delete the data with obsbox destroy",
    ]);
  });

  test("names the key of a setting that cannot be used", async () => {
    const { code, lines } = await runSetup({ OBSBOX_LOGS_RETENTION: "soon" });
    expect(code).toBe(1);
    expect(lines).toEqual([
      'setup failed: OBSBOX_LOGS_RETENTION: got "soon", expected a time such as 12h, 7d or 2w; change it in .env and run obsbox up',
    ]);
  });
});

describe("data streams of logs", () => {
  const line = '{"create":{}}\n{"@timestamp":"2026-01-01T00:00:00.000Z","message":"x"}\n';

  test("have the template, one shard, no replica and the retention of the box", async () => {
    await box.elastic.request("POST", "/logs-shop-default/_bulk", line);
    const answer = await box.elastic.request("GET", "/_data_stream/logs-shop-default");
    const stream = listAt(answer, "data_streams")[0];
    expect(textAt(stream, "template")).toBe("obsbox-logs");
    expect(textAt(stream, "lifecycle", "data_retention")).toBe("14d");
    const settings = await box.elastic.request("GET", "/logs-shop-default/_settings?flat_settings=true");
    const [, index] = entriesAt(settings)[0] ?? [];
    expect(valueAt(index, "settings")).toMatchObject({
      "index.number_of_shards": "1",
      "index.number_of_replicas": "0",
      "index.translog.durability": "request",
      "index.default_pipeline": "obsbox-logs",
    });
  });

  test("ask for a failure store where the server has one", async () => {
    const answer = await box.elastic.request("GET", "/_index_template/obsbox-logs");
    const options = valueAt(listAt(answer, "index_templates")[0], "index_template", "template", "data_stream_options");
    expect(options).toEqual({ failure_store: { enabled: true, lifecycle: { enabled: true, data_retention: "14d" } } });
  });

  test("that exist already get a new retention at once", async () => {
    const { lines } = await runSetup({ OBSBOX_LOGS_RETENTION: "2w" });
    expect(lines.at(-1)).toBe(nothingChanged);
    const shorter = await runSetup({ OBSBOX_LOGS_RETENTION: "3d" });
    expect(shorter.lines).toContain("data streams: logs-shop-default keeps 3d");
    const answer = await box.elastic.request("GET", "/_data_stream/logs-shop-default");
    expect(textAt(listAt(answer, "data_streams")[0], "lifecycle", "data_retention")).toBe("3d");
    await runSetup();
  });

  test("that were made from an older template get the new one with their next line", async () => {
    const { elastic } = box;
    await elastic.request("PUT", "/_component_template/obsbox-logs-mappings", { template: {} });
    await elastic.request("POST", "/logs-old-default/_bulk", line);
    const { lines } = await runSetup();
    expect(lines).toContain("data streams: logs-old-default gets the new mappings with its next line");
    expect((await runSetup()).lines.at(-1)).toBe(nothingChanged);
    await elastic.request("POST", "/logs-old-default/_bulk", line);
    const answer = await elastic.request("GET", "/_data_stream/logs-old-default");
    expect(listAt(listAt(answer, "data_streams")[0], "indices")).toHaveLength(2);
    const writes: string[] = [];
    await applyToDataStreams(contextOf(recording(elastic, (call) => void writes.push(call))));
    expect(writes).toEqual([]);
  });

  test("come into being under the names of the box only", async () => {
    const create = box.elastic.request("POST", "/mistyped/_doc", { message: "x" });
    await expect(create).rejects.toThrow(/no such index \[mistyped\]/);
  });
});

const contextOf = (elasticsearch: Client): SetupContext => ({
  elasticsearch,
  passwordOf: box.passwordOf,
  logsRetention: "14d",
});

async function runSteps(elasticsearch: Client): Promise<void> {
  for (const { run } of steps) await run(contextOf(elasticsearch));
}

/** Runs the steps in this process until their first change is done. Gives false when there was none left. */
async function endsAfterOneChange(): Promise<boolean> {
  const client = recording(box.elastic, () => {
    throw new Error("killed");
  });
  try {
    await runSteps(client);
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.endsWith("killed")) return true;
    throw error;
  }
}

/** A client that tells of each change, once it is done. What a server refuses changes nothing. */
function recording(client: Client, onChange: (call: string) => void): Client {
  return {
    ...client,
    async request(method, path, ...rest) {
      const answer = await client.request(method, path, ...rest);
      if (method !== "GET") onChange(`${method} ${path}`);
      return answer;
    },
  };
}
