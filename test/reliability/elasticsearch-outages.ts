/** Lines at a steady rate to an Elasticsearch that fails for a while, by the SDK and by pino with pino-elasticsearch. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { moods, startElasticsearchStandIn } from "../helpers/elasticsearch-stand-in.ts";
import type { ElasticsearchStandIn, Mood } from "../helpers/elasticsearch-stand-in.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { compare, describeVerdict, markOf, readLedger } from "./ledger.ts";
import type { Verdict } from "./ledger.ts";

export interface Outage {
  readonly mood: Mood | "closed";
  /** Whether nothing at all gets through: then there are few requests. */
  readonly isTotal?: true;
}

export const outages: Readonly<Record<string, Outage>> = {
  "429 for all": { mood: moods.busy, isTotal: true },
  "429 for 30 % of the items": { mood: moods.busyForSome },
  503: { mood: moods.unavailable, isTotal: true },
  401: { mood: moods.unauthorized, isTotal: true },
  "413 above 16 KiB": { mood: moods.small },
  "taken, answer lost": { mood: moods.mute },
  hangs: { mood: moods.hanging, isTotal: true },
  "endless answer": { mood: moods.flooding, isTotal: true },
  "port closed": { mood: "closed" },
};

export interface Result {
  readonly verdict: Verdict;
  /** Whether the program still runs when all is over, else its exit code. */
  readonly ended: string;
  /** Requests a second during the outage. */
  readonly requestRate: number;
  readonly stderr: string;
}

export type Results = ReadonlyMap<string, Readonly<Record<Kind, Result>>>;

type Kind = "ours" | "stock";

const perSecond = 200;
const beforeMs = 2000;
const afterMs = 2000;

/** What has not come for so long will not come. Ours may have to wait for a request that hangs, and a pause. */
const patienceMs = { ours: 70_000, stock: 12_000 };

/** Lines that each program writes. */
export const linesFor = (outageMs: number): number => (perSecond * (beforeMs + outageMs + afterMs)) / 1000;

/** Runs all outages at the same time, each with both programs. */
export async function runOutages(outageMs: number): Promise<Results> {
  const dir = mkdtempSync(join(tmpdir(), "obsbox-outages-"));
  try {
    const results = Object.entries(outages).map(async ([name, { mood }]) => {
      const [ours, stock] = await Promise.all([run("ours"), run("stock")]);
      return [name, { ours, stock }] as const;
      function run(kind: Kind): Promise<Result> {
        return runOutage({ mood, kind, outageMs, ledger: join(dir, `${name.replaceAll(/\W/g, "-")}.${kind}`) });
      }
    });
    return new Map(await Promise.all(results));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The results as text, for the output of a test. */
export function describeResults(results: Results): string {
  const rows = [...results].flatMap(([outage, { ours, stock }]) => [
    `${outage}: obsbox: ${describe(ours)}`,
    `${outage}: pino-elasticsearch: ${describe(stock)}`,
  ]);
  return rows.join("\n");
}

function describe({ verdict, requestRate, ended }: Result): string {
  return `${describeVerdict(verdict)}, ${requestRate.toFixed(2)} requests/s, ${ended}`;
}

interface Run {
  readonly mood: Outage["mood"];
  readonly kind: Kind;
  readonly outageMs: number;
  readonly ledger: string;
}

async function runOutage({ mood, kind, outageMs, ledger }: Run): Promise<Result> {
  const lines = linesFor(outageMs);
  await using server = await startElasticsearchStandIn();
  await using program = startProgram("elasticsearch-load.mjs", {
    flags: kind === "ours" ? register : [],
    args: [ledger, kind, String(perSecond), String(lines)],
    env: environments[kind](server.url),
  });
  await waitFor("the first documents", () => isBegun(server, program), 60_000);
  await sleep(beforeMs);
  const before = server.requests.length;
  if (mood === "closed") await server.stop();
  else server.mood = mood;
  await sleep(outageMs);
  const requestRate = (server.requests.length - before) / (outageMs / 1000);
  server.mood = moods.healthy;
  await server.start();
  await delivered(server, lines, patienceMs[kind]);
  const marks = [...server.documents.values()].flatMap(({ fields }) => markOf(fields) ?? []);
  const verdict = compare(readLedger(ledger), { marks, corrupt: 0 });
  const ended = program.child.exitCode === null ? "goes on" : `has ended with ${program.child.exitCode}`;
  return { verdict, requestRate, ended, stderr: program.stderr() };
}

const environments: Readonly<Record<Kind, (url: string) => Record<string, string>>> = {
  ours: (url) => ({ OBSBOX_ELASTICSEARCH_URL: url, OTEL_SERVICE_NAME: "load" }),
  stock: (url) => ({ PINO_ELASTICSEARCH_URL: url }),
};

function isBegun(server: ElasticsearchStandIn, program: Program): boolean {
  if (program.child.exitCode !== null) throw new Error(program.stderr());
  return server.documents.size > 0;
}

/** Waits until all lines are there, or no more have come for some time. */
async function delivered({ documents }: ElasticsearchStandIn, lines: number, quietMs: number): Promise<void> {
  let seen = -1;
  let since = performance.now();
  while (documents.size < lines && performance.now() - since < quietMs) {
    if (documents.size !== seen) since = performance.now();
    seen = documents.size;
    await sleep(100);
  }
}
