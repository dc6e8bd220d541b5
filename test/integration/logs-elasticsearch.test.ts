import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { moods, startElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import type { ElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import { freePort } from "../helpers/free-port.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

let server: ElasticsearchStandIn;
let dir: string;

beforeEach(async () => {
  server = await startElasticsearchStandIn();
  dir = mkdtempSync(join(tmpdir(), "obsbox-spool-"));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const service = { OTEL_SERVICE_NAME: "Orders API", OBSBOX_QUIET: "1" };
const spooling = () => ({ ...service, OBSBOX_ELASTICSEARCH_URL: server.url, OBSBOX_ELASTICSEARCH_SPOOL_DIR: dir });

function run(lines: number, end: string, env: Readonly<Record<string, string>> = spooling()) {
  return startProgram("elasticsearch-lines.mjs", { flags: register, args: [String(lines), end], env });
}

const messages = () => [...server.documents.values()].map(({ fields }) => fields["message"]);
const placed = () => messages().filter((message) => message === "order placed").length;
const spooledLines = () =>
  readdirSync(dir).flatMap((name) => readFileSync(join(dir, name), "utf8").split("\n").slice(0, -1));

describe("with the address of an Elasticsearch", () => {
  test("each line becomes a document of the service's data stream, with the id of the line, and nothing goes to stdout", async () => {
    await using program = run(20, "natural", {
      ...spooling(),
      NODE_ENV: "Production",
      OBSBOX_ELASTICSEARCH_API_KEY: "a2V5",
    });
    expect(await program.ended()).toBe(0);
    expect(placed()).toBe(20);
    const [[id, { stream, fields }] = ["", { stream: "", fields: {} }]] = server.documents;
    expect(stream).toBe("logs-orders_api-production");
    expect(fields["event.id"]).toBe(id);
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set(["ApiKey a2V5"]));
    expect(program.stdout()).toBe("");
    expect(program.stderr()).toBe("");
  });

  test.each([
    ["Bearer abc", "Bearer abc"],
    ["", `Basic ${Buffer.from("user:p@ss").toString("base64")}`],
  ])("the key %j is sent as %s", async (key, authorization) => {
    const address = key === "" ? server.url.replace("//", "//user:p%40ss@") : server.url;
    await using program = run(1, "natural", {
      ...spooling(),
      OBSBOX_ELASTICSEARCH_URL: address,
      OBSBOX_ELASTICSEARCH_API_KEY: key,
    });
    await program.ended();
    expect(server.requests[0]?.authorization).toBe(authorization);
  });

  test("lines go to other targets as well when they are named", async () => {
    await using program = run(3, "natural", { ...spooling(), OBSBOX_LOG_TARGETS: "stdout,elasticsearch" });
    await program.ended();
    expect(placed()).toBe(3);
    expect(program.lines()).toHaveLength(3);
  });

  test("lines are found within seconds while the service goes on", async () => {
    await using program = run(5, "stay");
    await waitFor("the lines", () => placed() === 5, 5000);
    expect(program.child.exitCode).toBeNull();
  });
});

describe("the last lines of a process", () => {
  test.each([
    ["ends by itself", "natural", 0],
    ["calls process.exit() in the same tick", "exit", 3],
    ["throws", "throw", 1],
    ["rejects", "reject", 1],
  ])("that %s arrive, and it ends as it would without", async (_about, end, code) => {
    await using program = run(200, end);
    expect(await program.ended()).toBe(code);
    expect(placed()).toBe(200);
    expect(spooledLines()).toEqual([]);
  });

  test("that is told to end arrive", async () => {
    await using program = run(200, "stay");
    await waitFor("its start", () => program.stdout().includes("ready"));
    expect(await program.end("SIGTERM")).toBe("SIGTERM");
    expect(placed()).toBe(200);
  });

  test.each(["natural", "exit", "throw"])(
    "are in the spool when Elasticsearch hangs (%s), and the next start sends them",
    async (end) => {
      server.mood = moods.hanging;
      const began = performance.now();
      await using first = run(200, end);
      await first.ended();
      expect(performance.now() - began).toBeLessThan(12_000);
      expect(spooledLines().filter((line) => line.includes("order placed"))).toHaveLength(200);
      server.mood = moods.healthy;
      await using second = run(0, "stay");
      await waitFor("the lines of the first", () => placed() === 200);
      await waitFor("an empty spool", () => readdirSync(dir).length === 0);
      expect(await second.end()).toBe("SIGTERM");
    },
  );

  test("are in the spool after a signal, too", async () => {
    server.mood = moods.hanging;
    await using program = run(200, "stay");
    await waitFor("its start", () => program.stdout().includes("ready"));
    expect(await program.end("SIGTERM")).toBe("SIGTERM");
    expect(spooledLines().filter((line) => line.includes("order placed"))).toHaveLength(200);
  });

  test("are said to be lost where there is no spool, and hold the end no longer than some seconds", async () => {
    const env = { ...service, OBSBOX_ELASTICSEARCH_URL: `http://127.0.0.1:${await freePort()}` };
    const began = performance.now();
    await using program = run(200, "exit", env);
    expect(await program.ended()).toBe(3);
    expect(performance.now() - began).toBeLessThan(6000);
    expect(program.stderr()).toContain("[elasticsearch-end]");
    expect(program.stderr()).toContain("[elasticsearch-unreachable]");
  });
});

describe("what Elasticsearch refuses", () => {
  /** The admin port stands in the line of the start, so that goes to stdout as well. */
  const env = () => ({ ...spooling(), OBSBOX_QUIET: "0", OBSBOX_LOG_TARGETS: "stdout,elasticsearch" });
  const dropped = async (program: Program) => {
    const samples = samplesOf(await scrape(program), "obsbox_log_dropped_total");
    return Object.fromEntries(samples.map(({ labels, value }) => [labels["reason"], value]));
  };

  test("is counted by its reason and said with it, the rest arrives", async () => {
    server.mood = moods.picky;
    await using program = startProgram("elasticsearch-refused.mjs", { flags: register, env: env() });
    await waitFor("the lines", () => placed() === 99);
    await waitFor("the count", async () => (await dropped(program))["elasticsearch-mapping"] === 1);
    expect(program.stderr()).toContain("document_parsing_exception: failed to parse field [labels.bad]");
  });

  test("costs nothing more than itself when it spoils the whole request", async () => {
    server.mood = moods.strict;
    await using program = startProgram("elasticsearch-refused.mjs", { flags: register, env: env() });
    await waitFor("the lines", () => placed() === 99, 30_000);
    await waitFor("the count", async () => (await dropped(program))["elasticsearch-rejected"] === 1);
  });

  test("into its failure store is not lost", async () => {
    server.mood = moods.lenient;
    await using program = startProgram("elasticsearch-refused.mjs", { flags: register, env: env() });
    await waitFor("the lines", () => placed() === 100);
    await waitFor("the word", () => program.stderr().includes("[elasticsearch-failure-store]"));
    expect(await dropped(program)).toEqual({});
  });
});

test("a key that is refused is said with its remedy, once, and nothing is lost when it is right again", async () => {
  server.mood = moods.unauthorized;
  await using program = run(50, "stay");
  await waitFor("the word", () => program.stderr().includes("check OBSBOX_ELASTICSEARCH_API_KEY"));
  await waitFor("more than one try", () => server.requests.length > 1);
  server.mood = moods.healthy;
  await waitFor("the lines", () => placed() === 50, 30_000);
  expect(program.stderr().match(/elasticsearch-unauthorized/g)).toHaveLength(1);
});

test("flags of the service run once: not in the thread that sends", async () => {
  const flag = ["--import", `data:text/javascript,process.stderr.write('started;')`];
  await using program = startProgram("elasticsearch-lines.mjs", {
    flags: [...flag, ...register],
    args: ["5", "natural"],
    env: { ...spooling(), NODE_OPTIONS: "--import=data:text/javascript,process.stderr.write('again;')" },
  });
  expect(await program.ended()).toBe(0);
  expect(placed()).toBe(5);
  expect(program.stderr().match(/started;/g)).toHaveLength(1);
  expect(program.stderr().match(/again;/g)).toHaveLength(1);
});

test("a target without an address is said, and stdout takes its place", async () => {
  await using program = run(3, "natural", { ...service, OBSBOX_LOG_TARGETS: "elasticsearch" });
  expect(await program.ended()).toBe(0);
  expect(program.lines()).toHaveLength(3);
  expect(program.stderr()).toContain("OBSBOX_ELASTICSEARCH_URL is not set [elasticsearch-url]");
});
