/** Installs the set-ups, measures them in turns, and shows the tables. README.md says what they mean. */
import { loadavg } from "node:os";
import { readArguments } from "./arguments.ts";
import { measureAll } from "./measure.ts";
import { shortfalls } from "./report/check.ts";
import { readRatios, writeReport } from "./report/files.ts";
import { ratiosIn } from "./report/ratios.ts";
import { tables } from "./report/tables.ts";
import { keepOffServiceCore } from "./service.ts";
import { startSink } from "./sink/sink.ts";
import { needTools } from "./wrk.ts";

/** A machine with nothing to do is well below. */
const busyLoad = 0.5;

try {
  await run(process.argv.slice(2));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

async function run(line: readonly string[]): Promise<void> {
  const args = readArguments(line);
  const committed = args.isCheck ? readRatios() : {};
  needTools();
  keepOffServiceCore();
  const [loadBefore = 0] = loadavg();
  if (loadBefore > busyLoad) say(`the machine is busy (load ${loadBefore.toFixed(1)}): figures will be worth little`);

  using sink = await startSink();
  const results = await measureAll(args, sink, say);
  if (sink.unknown.size > 0) fail(`nobody answered ${[...sink.unknown].join(", ")}: the sink lacks a receiver`);

  console.log(args.isJson ? JSON.stringify(results, null, 2) : tables(results));
  if (args.isCheck) for (const shortfall of shortfalls(committed, ratiosIn(results))) fail(shortfall);
  if (args.isWrite) writeReport(results);
}

function fail(message: string): void {
  say(message);
  process.exitCode = 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
