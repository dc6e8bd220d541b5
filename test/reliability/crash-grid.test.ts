/**
 * A service dies in the middle of a request, in each way there is, in both module systems, with a receiver of spans
 * that is well, refuses connections, or takes them and never answers. Exit codes are those of the same program
 * without the SDK. The table that it prints stands in docs/reliability.md.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Lines that each service writes right before its end. */
const lines = 500;

/** Wide enough for a busy machine; the deadlines themselves are 2 s for a crash and 5 s for a signal. */
const longestMs = { crash: 15_000, signal: 20_000, kill: 10_000 };

/** A receiver that is well gets more time than it needs. */
const patience = { OBSBOX_CRASH_TIMEOUT_MS: "10000" };

interface Way {
  readonly name: string;
  /** What the service is asked for, or the signal that it gets. */
  readonly path: string;
  readonly signal?: NodeJS.Signals;
  readonly flags?: readonly string[];
  readonly isFatal: boolean;
  /** Whether spans reach a receiver that is well. */
  readonly sends: boolean;
  readonly longestMs: number;
}

const ways: readonly Way[] = [
  { name: "throw", path: "throw", isFatal: true, sends: true, longestMs: longestMs.crash },
  { name: "reject", path: "reject", isFatal: true, sends: true, longestMs: longestMs.crash },
  { name: "exit(3) in a request", path: "exit", isFatal: false, sends: true, longestMs: longestMs.crash },
  {
    name: "exit(3) in an uncaughtException handler",
    path: "handler",
    isFatal: true,
    sends: true,
    longestMs: longestMs.crash,
  },
  { name: "SIGTERM", path: "wait", signal: "SIGTERM", isFatal: false, sends: true, longestMs: longestMs.signal },
  { name: "SIGINT", path: "wait", signal: "SIGINT", isFatal: false, sends: true, longestMs: longestMs.signal },
  { name: "SIGKILL", path: "wait", signal: "SIGKILL", isFatal: false, sends: false, longestMs: longestMs.kill },
  {
    name: "out of memory",
    path: "memory",
    flags: ["--max-old-space-size=48"],
    isFatal: false,
    sends: false,
    longestMs: longestMs.signal,
  },
];

const files = ["crash-grid-app.cjs", "crash-grid-app.mjs"] as const;
const backends = ["healthy", "refused", "black hole"] as const;
type Backend = (typeof backends)[number];

interface Result {
  readonly end: number | string;
  readonly plain: number | string;
  readonly kept: number;
  readonly isFatal: boolean;
  /** Spans that arrived, by name. */
  readonly spans: readonly string[];
  readonly seconds: number;
}

const results = new Map<string, Result>();
let receiver: OtlpReceiver;
let silent: Server;
let folder: string;
let urls: Readonly<Record<Backend, string>>;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  silent = createServer().listen(0, "127.0.0.1");
  await waitFor("the silent server", () => silent.listening);
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  folder = mkdtempSync(join(tmpdir(), "obsbox-grid-"));
  urls = {
    healthy: receiver.url,
    refused: `http://127.0.0.1:${await freePort()}`,
    "black hole": `http://127.0.0.1:${port}`,
  };
});

afterAll(async () => {
  console.log(table());
  silent.close();
  await receiver[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Lets a service die, and gives its end and the milliseconds between the blow and the end. */
async function die(program: Program, { path, signal }: Way): Promise<{ end: number | string; ms: number }> {
  const url = `http://127.0.0.1:${await program.port()}/${path}`;
  const began = performance.now();
  const answered = fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(() => undefined);
  if (signal === undefined) return { end: await program.ended(), ms: performance.now() - began };
  await answered;
  const hit = performance.now();
  return { end: await program.end(signal), ms: performance.now() - hit };
}

const plainEnds = new Map<string, Promise<number | string>>();

/** How the same program ends without the SDK. */
function plainEnd(file: string, way: Way): Promise<number | string> {
  const key = `${file} ${way.name}`;
  const known = plainEnds.get(key) ?? run();
  plainEnds.set(key, known);
  return known;
  async function run() {
    await using program = startProgram(file, { args: [String(lines)], flags: way.flags ?? [] });
    return (await die(program, way)).end;
  }
}

async function observe(file: string, way: Way, backend: Backend, dir: string | undefined): Promise<Result> {
  const service = `grid-${results.size}-${Math.random().toString(16).slice(2)}`;
  const env = {
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: urls[backend],
    OBSBOX_QUIET: "1",
    OBSBOX_LOG_REQUESTS: "false",
    ...(backend === "healthy" ? patience : {}),
    ...(dir === undefined ? {} : { OBSBOX_LOG_DIR: dir }),
  };
  const flags = [...register, ...(way.flags ?? [])];
  await using program = startProgram(file, { args: [String(lines)], flags, env });
  const { end, ms } = await die(program, way);
  const records = dir === undefined ? program.lines() : readLines(dir);
  const spans = receiver.spans.filter(({ resource }) => resource["service.name"] === service);
  return {
    end,
    plain: await plainEnd(file, way),
    kept: new Set(records.flatMap(({ "labels.seq": seq }) => (seq === undefined ? [] : [seq]))).size,
    isFatal: records.some((record) => record["log.level"] === "fatal"),
    spans: spans.map(({ name }) => name),
    seconds: ms / 1000,
  };
}

function readLines(dir: string): Record<string, unknown>[] {
  const texts = readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8"));
  // A line that is torn would not parse.
  return texts.flatMap((text) => text.trim().split("\n")).map((line) => JSON.parse(line));
}

describe.each(files)("%s", (file) => {
  describe.each(backends)("receiver %s", (backend) => {
    test.each(ways)("$name: exit code as without the SDK, no line is lost in files", async (way) => {
      const result = await observe(file, way, backend, mkdtempSync(join(folder, "logs-")));
      results.set(`${way.name}|${file}|${backend}`, result);
      expect(result.end).toBe(result.plain);
      expect(result.kept).toBe(lines);
      expect(result.isFatal).toBe(way.isFatal);
      const arrives = way.sends && backend === "healthy";
      expect(result.spans.includes("work before")).toBe(arrives);
      // A request that an exit cuts off has not ended; one that ends the process by its error has.
      expect(!way.isFatal || result.spans.includes("GET") === arrives).toBe(true);
      expect(result.seconds * 1000).toBeLessThan(way.longestMs);
    });
  });

  test.each(ways.filter(({ path, signal }) => signal !== "SIGKILL" && path !== "memory"))(
    "$name: no line is lost on stdout",
    async (way) => {
      const result = await observe(file, way, "healthy", undefined);
      results.set(`${way.name}|${file}|stdout`, result);
      expect(result.kept).toBe(lines);
      expect(result.isFatal).toBe(way.isFatal);
    },
  );
});

/** One row for each way; both module systems have to agree. */
function table(): string {
  const head =
    "| Way | Exit, without the SDK | Fatal line | Lines in files | on stdout | Seconds: healthy | refused | black hole |";
  const rows = ways.map((way) => {
    const of = (backend: string) => files.map((file) => results.get(`${way.name}|${file}|${backend}`));
    const all = backends.flatMap(of);
    const seconds = backends.map((backend) =>
      of(backend)
        .map((result) => result?.seconds.toFixed(2))
        .join(", "),
    );
    const list = (values: readonly unknown[]) => [...new Set(values)].join(", ");
    return `| ${[
      way.name,
      list(all.map((result) => `${result?.end}, ${result?.plain}`)),
      list(all.map((result) => (result?.isFatal === true ? "yes" : "-"))),
      list(all.map((result) => `${result?.kept} of ${lines}`)),
      list(of("stdout").map((result) => (result === undefined ? "-" : `${result.kept} of ${lines}`))),
      ...seconds,
    ].join(" | ")} |`;
  });
  return ["Seconds as CommonJS, ES modules:", head, ...rows].join("\n");
}
