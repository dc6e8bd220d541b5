/** What becomes of log lines to Elasticsearch when the service itself dies, its worker dies, or a bound is reached. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { moods, startElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import type { ElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import { memoryOf } from "../helpers/process-memory.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { compare, describeVerdict, markOf, readLedger } from "./ledger.ts";

const perSecond = 1000;

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

interface Settings {
  readonly name: string;
  readonly lines: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The admin port is said in the line of the start, so lines go to stdout as well. */
function startLoad({ name, lines, flags = [], env = {} }: Settings): Program {
  return startProgram("elasticsearch-load.mjs", {
    flags: [...flags, ...register],
    args: [join(dir, `${name}.ledger`), name, String(perSecond), String(lines)],
    env: {
      OTEL_SERVICE_NAME: "load",
      OBSBOX_LOG_TARGETS: "stdout,elasticsearch",
      OBSBOX_ELASTICSEARCH_URL: server.url,
      ...env,
    },
  });
}

const spool = () => ({ OBSBOX_ELASTICSEARCH_SPOOL_DIR: join(dir, "spool") });

function verdictOf(...names: string[]) {
  const marks = [...server.documents.values()].flatMap(({ fields }) => markOf(fields) ?? []);
  const acknowledged = names.flatMap((name) => readLedger(join(dir, `${name}.ledger`)));
  return compare(acknowledged, { marks, corrupt: 0 });
}

async function droppedBy(program: Program): Promise<Record<string, number>> {
  const samples = samplesOf(await scrape(program), "obsbox_log_dropped_total");
  return Object.fromEntries(samples.map(({ labels, value }) => [labels["reason"] ?? "", value]));
}

const written = (program: Program) =>
  waitFor("the end of the load", () => program.stdout().includes("\nwritten"), 60_000);

test("a service that is killed while Elasticsearch is away loses what it logged in the last second at most", async () => {
  const names = ["first", "second", "third"];
  const lost: number[] = [];
  for (const name of names) {
    server.mood = moods.unavailable;
    await using program = startLoad({ name, lines: 60_000, env: spool() });
    await waitFor("the outage to be known", () => program.stderr().includes("[elasticsearch-unavailable]"));
    await sleep(4000 + Math.random() * 2000);
    await program.end("SIGKILL");
    server.mood = moods.healthy;
    const before = server.documents.size;
    await using next = startProgram("elasticsearch-lines.mjs", {
      flags: register,
      args: ["0", "stay"],
      env: { OTEL_SERVICE_NAME: "load", OBSBOX_ELASTICSEARCH_URL: server.url, ...spool() },
    });
    await waitFor("what was in the spool", () => server.documents.size > before + 3000, 30_000);
    await settled(server);
    expect(await next.end()).toBe("SIGTERM");
    const verdict = verdictOf(name);
    console.info(`killed while Elasticsearch is away: ${describeVerdict(verdict)}`);
    expect(verdict).toMatchObject({ duplicate: 0 });
    lost.push(verdict.lost);
  }
  // Lines of a quarter of a second wait to be handed over; a busy machine takes longer.
  expect(Math.max(...lost)).toBeLessThanOrEqual(perSecond);
});

test("a worker that is killed again and again under load loses nothing", async () => {
  const lines = 10_000;
  await using program = startLoad({
    name: "workers",
    lines,
    flags: ["--import", "./test/fixtures/kill-workers.mjs"],
    env: { KILL_WORKERS: "4", KILL_WORKERS_MS: "1500" },
  });
  await written(program);
  await waitFor("all lines", () => server.documents.size >= lines, 60_000);
  const verdict = verdictOf("workers");
  console.info(`worker killed 4 times: ${describeVerdict(verdict)}`);
  expect(verdict).toMatchObject({ acknowledged: lines, lost: 0, duplicate: 0 });
  expect(program.stderr()).toContain("[elasticsearch-worker]");
  expect(await droppedBy(program)).toEqual({});
});

describe("when an outage outlasts the room for lines", () => {
  const lines = 10_000;

  test.each([
    [
      "the spool gives up the oldest",
      "elasticsearch-spool-full",
      () => ({ ...spool(), OBSBOX_ELASTICSEARCH_SPOOL_BYTES: "1MiB" }),
    ],
    [
      "the memory gives up the oldest",
      "elasticsearch-queue-full",
      () => ({ OBSBOX_ELASTICSEARCH_QUEUE_BYTES: "1MiB" }),
    ],
  ])("%s, and what is lost is what is counted", async (_about, reason, env) => {
    server.mood = moods.unavailable;
    await using program = startLoad({ name: "bound", lines, env: env() });
    await written(program);
    await waitFor("the outage to be known", () => program.stderr().includes(`[${reason}]`));
    server.mood = moods.healthy;
    await waitFor(
      "the newest line",
      () => [...server.documents.values()].some(({ fields }) => fields["labels.seq"] === lines - 1),
      60_000,
    );
    await settled(server);
    const verdict = verdictOf("bound");
    const dropped = await droppedBy(program);
    console.info(`${reason}: ${describeVerdict(verdict)}; counted ${JSON.stringify(dropped)}`);
    expect(verdict).toMatchObject({ acknowledged: lines, duplicate: 0 });
    expect(verdict.lost).toBeGreaterThan(1000);
    // The line of the start is the oldest one, and has no mark.
    expect(verdict.lost + 1).toBe(dropped[reason]);
    expect(Object.keys(dropped)).toEqual([reason]);
    expect((await memoryOf(program.child.pid)).peakMiB).toBeLessThan(400);
  });
});

/** Waits until no more documents have come for some seconds. */
async function settled({ documents }: ElasticsearchStandIn): Promise<void> {
  for (let seen = -1; seen !== documents.size;) {
    seen = documents.size;
    await sleep(4000);
  }
}
