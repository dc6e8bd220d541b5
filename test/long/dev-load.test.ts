import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { memoryOf } from "../helpers/process-memory.ts";
import { fixtures, startCommand } from "../helpers/run-program.ts";
import { startBox } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { need, tools } from "../helpers/tools.ts";
import { waitFor } from "../helpers/wait-for.ts";

const seconds = 60;
const spansPerSecond = 5000;
const linesPerSecond = 2000;
const maxMiB = 300;
const storedMs = 60_000;

interface Status {
  readonly spans: number;
  readonly logs: number;
  readonly dropped: number;
  readonly bytes: number;
}

interface Sent {
  readonly spans: number;
  readonly accepted: number;
  readonly ms: number;
}

test(`${spansPerSecond} spans and ${linesPerSecond} lines a second for ${seconds} s on one core: all there, in ${maxMiB} MiB`, async (context) => {
  const taskset = await need(tools.taskset, context);
  const [first, second] = [
    [taskset, "-c", "0"],
    [taskset, "-c", "1"],
  ] as const;
  const lines = linesPerSecond * seconds;
  const writer = [process.execPath, join(fixtures, "line-load.mjs"), String(linesPerSecond), String(seconds)];
  await using box = await startBox({
    isBuilt: true,
    launcher: first,
    command: [...second, ...writer],
    options: ["--retention", "24h,4GiB", "--scrape", "5s"],
    env: { OTEL_SERVICE_NAME: "line-load", OTEL_TRACES_EXPORTER: "none", OBSBOX_QUIET: "1" },
  });
  const load = [join(fixtures, "span-load.ts"), box.otlpUrl, String(spansPerSecond), String(seconds)];
  const [command, ...args] = [...second, process.execPath, ...load];
  await using sender = startCommand(command, args);
  expect([await sender.ended(), sender.stderr()]).toEqual([0, ""]);
  const [sent]: Sent[] = JSON.parse(`[${sender.stdout().trim()}]`);
  if (sent === undefined) throw new Error("the load has said nothing");

  const status = () => box.get<Status>("/api/status");
  const isThere = ({ spans, logs }: Status) => spans >= sent.spans && logs >= lines;
  await waitFor("everything to be stored", async () => isThere(await status()), storedMs).catch(() => "told below");
  const { bytes, ...stored } = await status();
  const memory = await memoryOf(box.program.child.pid);
  process.stdout.write(
    `${sent.spans} spans in ${(sent.ms / 1000).toFixed(1)} s and ${lines} lines: ` +
      `${memory.residentMiB.toFixed(0)} MiB resident, ${memory.peakMiB.toFixed(0)} MiB at the most, ` +
      `window of ${(bytes / 1024 ** 2).toFixed(0)} MiB\n`,
  );
  expect(sent.accepted).toBe(sent.spans);
  expect(sent.ms).toBeLessThan(seconds * 1000 * 1.05);
  expect(box.program.stderr().split("\n").slice(1)).toEqual([""]);
  expect(stored).toMatchObject({ spans: sent.spans, logs: lines, dropped: 0 });
  expect(await countWindow(box)).toEqual({ spans: sent.spans, lines });
  expect(memory.peakMiB).toBeLessThan(maxMiB);
});

/** Counts what the box gives back: spans of the load, and lines by their numbers. */
async function countWindow(box: Box): Promise<{ spans: number; lines: number }> {
  const response = await fetch(`${box.url}/api/window`);
  if (response.body === null) throw new Error("the window has no body");
  const spans = new Set<string>();
  const lines = new Set<string>();
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
    if (line.startsWith('{"resourceSpans"'))
      for (const [, id = ""] of line.matchAll(/"spanId":"([0-9a-f]{16})"/g)) spans.add(id);
    else
      for (const [, number = ""] of line.matchAll(/"labels\.number","value":\{"intValue":"(\d+)"/g)) lines.add(number);
  }
  return { spans: spans.size, lines: lines.size };
}
