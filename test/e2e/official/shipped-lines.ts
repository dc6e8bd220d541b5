/** Lines that a service writes into the folder that the box ships, and what of them is found in Elasticsearch. */
import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../../helpers/run-program.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { compare } from "../../reliability/ledger.ts";
import type { Verdict } from "../../reliability/ledger.ts";
import { startLines } from "../../reliability/line-program.ts";
import type { LineFiles } from "../../reliability/line-program.ts";
import type { Box } from "../box/box.ts";

/** Of the program `ledger-lines`. */
export const stream = "logs-ledger_lines-default";

/** What is left of a run in memory: the queue of Filebeat (`queue.mem.events`). */
export const queueEvents = 3200;
/** What one request carries (`bulk_max_size`). */
export const bulkEvents = 1600;
/** Nothing more comes: longer than the longest pause of Filebeat's output (`backoff.max`). */
const quietMs = 40_000;
const pageSize = 4000;

export interface Document {
  readonly id: string;
  readonly seq: number;
  /** When its call was made, milliseconds since 1970. */
  readonly at: number;
}

export interface ShippedLines extends AsyncDisposable {
  /** What tells these lines from others of the stream. */
  readonly producer: string;
  readonly program: Program;
  readonly files: LineFiles;
  /** Waits until the first of them can be found. */
  begun(): Promise<unknown>;
  /** Waits until all of them are written and the service has ended. */
  written(): Promise<void>;
  /** How many can be found now; 0 also while nobody answers. */
  count(): number;
  documents(): readonly Document[];
  /** Waits until nothing more comes, and gives the time of `performance.now()` at which the last one had come. */
  settled(timeoutMs: number): Promise<number>;
  verdict(): Verdict;
}

export interface Load {
  readonly name: string;
  readonly perSecond: number;
  readonly lines: number;
  readonly textLength?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a service that writes lines at a steady rate, then ends; its files go with it. */
export function shipLines(box: Box, { name, perSecond, lines, textLength = 0, env = {} }: Load): ShippedLines {
  const producer = `${name}-${Date.now().toString(36)}`;
  const logs = join(box.folder, "logs");
  const { program, files } = startLines(
    { logger: "sdk", producer, perSecond, total: lines, textLength },
    { OBSBOX_LOG_DIR: logs, ...env },
  );
  const query = { term: { "labels.producer": producer } };
  const count = () => countOf(box, stream, query);
  const documents = () => documentsOf(box, query);
  return {
    producer,
    program,
    files,
    begun: () => waitFor("the first lines", () => count() > 0 || hasFailed(program), 60_000),
    async written() {
      await program.ended();
      hasFailed(program);
    },
    count,
    documents,
    settled: (timeoutMs) => whenSettled(count, timeoutMs),
    verdict() {
      const found = documents();
      // More would be documents of one id, which the pages leave out.
      if (found.length !== count()) throw new Error(`${count()} documents, of which ${found.length} can be told apart`);
      const marks = found.map(({ seq }) => ({ run: "run", producer, seq }));
      return compare(files.ledger(), { marks, corrupt: 0 });
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      for (const file of globSync(join(logs, "ledger-lines.*"))) rmSync(file);
    },
  };
}

/** @returns False; throws with what it has said when the program has failed. */
function hasFailed({ child, stderr }: Program): boolean {
  if ((child.exitCode ?? 0) !== 0) throw new Error(`the service has ended with ${child.exitCode}: ${stderr()}`);
  return false;
}

export function countOf(box: Box, index: string, query: object): number {
  try {
    return box.elasticsearch<{ count?: number }>(`/${index}/_count`, { query }).count ?? 0;
  } catch {
    return 0; // The server is away.
  }
}

interface Page {
  readonly hits?: {
    readonly hits?: readonly {
      readonly fields: Readonly<Record<"labels.seq" | "@timestamp", readonly string[]>>;
      readonly sort: readonly [id: string, index: string];
    }[];
  };
}

/** All of them, by pages: the same id can be there once in each index of the stream. */
function documentsOf(box: Box, query: object): readonly Document[] {
  const found: Document[] = [];
  for (let after: readonly string[] | undefined; ;) {
    const page = box.elasticsearch<Page>(`/${stream}/_search?filter_path=hits.hits.fields,hits.hits.sort`, {
      query,
      size: pageSize,
      _source: false,
      fields: ["labels.seq", "@timestamp"],
      sort: [{ "event.id": "asc" }, { _index: "asc" }],
      ...(after && { search_after: after }),
    });
    const hits = page.hits?.hits ?? [];
    for (const { fields, sort } of hits) {
      const [seq] = fields["labels.seq"];
      found.push({ id: sort[0], seq: Number(seq), at: Date.parse(fields["@timestamp"][0] ?? "") });
    }
    if (hits.length < pageSize) return found;
    after = hits.at(-1)?.sort;
  }
}

async function whenSettled(count: () => number, timeoutMs: number): Promise<number> {
  let last = -1;
  let at = performance.now();
  await waitFor(
    "lines to have come",
    () => {
      const now = count();
      if (now !== last) at = performance.now();
      last = now;
      return now > 0 && performance.now() - at > quietMs;
    },
    timeoutMs,
  );
  return at;
}

interface Stats {
  readonly libbeat?: {
    readonly output?: { readonly events?: { readonly acked?: number; readonly duplicates?: number } };
  };
}

/** Events that the shipper has brought to an end since its start, those that were there already among them. Throws while it starts. */
export function sentBy(box: Box): number {
  const answer = box.compose("exec", "-T", "filebeat", "curl", "-sS", "http://127.0.0.1:5066/stats");
  const { acked = 0, duplicates = 0 } = (JSON.parse(answer) as Stats).libbeat?.output?.events ?? {};
  return acked + duplicates;
}
