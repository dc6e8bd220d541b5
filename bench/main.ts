/** Installs every set-up, measures them in turns, and prints the table; `--write` puts it into README.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installAll } from "./install.ts";
import type { Installed } from "./install.ts";
import { keepOffServiceCore, measureLoad, measureStartUp } from "./measure.ts";
import { startReceiver } from "./receiver.ts";
import { table } from "./report.ts";
import { setups } from "./setups.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "8" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);

keepOffServiceCore();
say("installing the set-ups");
const installed = installAll(setups);
const receiver = await startReceiver();
const startUpsMs = await inRounds("start-up", (one) => measureStartUp(one, receiver));
const loads = await inRounds("load", (one) => measureLoad(one, receiver, seconds));
const results = { installed, loads, startUpsMs };
const text = table(results);
console.log(options.json ? JSON.stringify({ startUpsMs, loads }, null, 2) : text);
if (options.write) writeTable(text);

/** Measures each set-up once a round, in an order that is shuffled anew. */
async function inRounds<T>(what: string, measure: (one: Installed) => Promise<T>): Promise<Record<string, T[]>> {
  const results = Object.fromEntries(installed.map(({ setup }): [string, T[]] => [setup.name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const one of shuffled(installed)) {
      say(`${what}, round ${round} of ${rounds}: ${one.setup.title}`);
      results[one.setup.name]?.push(await measure(one));
    }
  }
  return results;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function writeTable(markdown: string): void {
  const path = join(import.meta.dirname, "README.md");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/(<!-- table -->\n)[^]*(\n<!-- end of table -->)/, `$1\n${markdown}\n$2`));
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
