import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { moods, startElasticsearchStandIn } from "../../../../test/helpers/elasticsearch-stand-in.ts";
import type { ElasticsearchStandIn } from "../../../../test/helpers/elasticsearch-stand-in.ts";
import { diagnosticCounts, silenceDiagnostics } from "../../diagnostics.ts";
import { droppedRecords } from "../losses.ts";
import { usualTimings } from "./settings.ts";
import { createElasticsearchSink } from "./sink.ts";
import type { ElasticsearchSink } from "./sink.ts";

let server: ElasticsearchStandIn;
let dir: string;
let sink: ElasticsearchSink | undefined;
let dropped: ReadonlyMap<string, number>;

beforeEach(async () => {
  silenceDiagnostics(true);
  server = await startElasticsearchStandIn();
  dir = mkdtempSync(join(tmpdir(), "obsbox-sink-"));
  dropped = new Map(droppedRecords());
});
afterEach(async () => {
  sink?.end();
  sink = undefined;
  await server[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
  silenceDiagnostics(false);
});

const settings = (spoolDir?: string, queueBytes = 1024 ** 2) => ({
  url: server.url,
  apiKey: undefined,
  caFile: undefined,
  stream: "logs-orders-default",
  service: "orders",
  idStart: ',"event.id":"s-',
  queueBytes,
  spoolDir,
  spoolBytes: 1024 ** 2,
  timings: { ...usualTimings, batchMs: 20, requestMs: 500, retryMinMs: 20, retryMaxMs: 50, endMs: 1500 },
});

/** A worker's file with some code. */
function workerFile(code: string): URL {
  const path = join(dir, "worker.mjs");
  writeFileSync(path, code);
  return pathToFileURL(path);
}

let next = 0;
function write(to: ElasticsearchSink, lines: number): void {
  for (let n = 0; n < lines; n++) to.write(`{"event.id":"s-${next++}","message":"order placed"}\n`);
}

const lost = () => [...droppedRecords()].reduce((sum, [reason, count]) => sum + count - (dropped.get(reason) ?? 0), 0);
const spooledLines = () =>
  readdirSync(dir)
    .filter((name) => name.endsWith(".spool"))
    .flatMap((name) => readFileSync(join(dir, name), "utf8").split("\n").slice(0, -1));

test("lines are delivered, counted, and wait nowhere then", async () => {
  sink = createElasticsearchSink(settings());
  write(sink, 3000);
  expect(sink.waitingBytes()).toBeGreaterThan(3000 * 40);
  await sink.drain();
  expect(server.documents.size).toBe(3000);
  expect(sink.status()).toEqual({ delivered: 3000, spooled: 0 });
  expect(sink.waitingBytes()).toBe(0);
});

test("the end waits until lines are sent, without the event loop", () => {
  sink = createElasticsearchSink({ ...settings(dir), url: "http://127.0.0.1:1" });
  write(sink, 50);
  sink.end();
  expect(spooledLines()).toHaveLength(50);
  expect(sink.status().spooled).toBe(50);
});

test("a line that comes after the end is in the spool at once", () => {
  sink = createElasticsearchSink(settings(dir));
  sink.end();
  write(sink, 2);
  expect(spooledLines()).toHaveLength(2);
});

test("the memory has a bound also for a worker that does nothing, and what is too much is counted", () => {
  sink = createElasticsearchSink(settings(undefined, 100_000), workerFile("setInterval(() => {}, 1000);"));
  write(sink, 10_000);
  expect(sink.waitingBytes()).toBeLessThanOrEqual(100_000);
  const waiting = sink.waitingBytes();
  const bytesOfOne = 46;
  expect(lost()).toBeGreaterThan(10_000 - waiting / bytesOfOne - 500);
  const began = performance.now();
  sink.end();
  expect(performance.now() - began).toBeLessThan(4000);
  expect(lost()).toBe(10_000);
});

describe("a worker that crashes", () => {
  test("is started again, and lines that it had are sent by the next one, none twice", async () => {
    const own = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
    const mark = JSON.stringify(join(dir, "crashed"));
    // The first one delivers what it is given and dies before it tells.
    const code = `
      import { existsSync, writeFileSync } from "node:fs";
      import { workerData } from "node:worker_threads";
      if (!existsSync(${mark})) {
        const { port } = workerData;
        const post = port.postMessage.bind(port);
        port.postMessage = (message) => {
          if (message.kind !== "done") return post(message);
          writeFileSync(${mark}, "");
          process.exit(1);
        };
      }
      await import(${own});`;
    sink = createElasticsearchSink(settings(), workerFile(code));
    const before = diagnosticCounts().get("elasticsearch-worker") ?? 0;
    write(sink, 100);
    while (sink.status().delivered < 100) {
      write(sink, 1);
      await sleep(10);
    }
    await sink.drain();
    const { delivered } = sink.status();
    expect(diagnosticCounts().get("elasticsearch-worker")).toBe(before + 1);
    expect(server.documents.size).toBe(delivered);
    expect(lost()).toBe(0);
  });

  test("for good leaves lines to the spool at the end", () => {
    sink = createElasticsearchSink(settings(dir), workerFile("throw new Error('broken');"));
    write(sink, 20);
    sink.end();
    expect(spooledLines()).toHaveLength(20);
    expect(lost()).toBe(0);
  });

  test("never throws into the service", async () => {
    sink = createElasticsearchSink(settings(), pathToFileURL(join(dir, "missing.mjs")));
    write(sink, 5);
    await sleep(200);
    await sink.drain();
    expect(diagnosticCounts().get("elasticsearch-worker")).toBeGreaterThan(0);
    sink.end();
    expect(lost()).toBe(5);
  });
});

test("a server that comes back gets everything that was spooled meanwhile", async () => {
  sink = createElasticsearchSink(settings(dir));
  server.mood = moods.unavailable;
  for (let n = 0; n < 20; n++) {
    write(sink, 50);
    await sleep(20);
  }
  while (spooledLines().length < 1000) await sleep(10);
  server.mood = moods.healthy;
  while (server.documents.size < 1000) await sleep(10);
  while (spooledLines().length > 0) await sleep(10);
  expect(lost()).toBe(0);
});
