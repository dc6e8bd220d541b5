/** What a run leaves in the repository: the tables in README.md, the picture, and the ratios for the next run. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../parts.ts";
import { chart } from "./chart.ts";
import { ratiosIn } from "./ratios.ts";
import type { Ratios } from "./ratios.ts";
import { tables } from "./tables.ts";

const folder = join(import.meta.dirname, "..");
const readme = join(folder, "README.md");
const picture = join(folder, "cost.svg");
const ratios = join(folder, "ratios.json");

/** @throws Error when there is nothing to compare with yet. */
export function readRatios(): Ratios {
  if (!existsSync(ratios)) throw new Error("bench/ratios.json is not there yet: a run with --write makes it");
  return JSON.parse(readFileSync(ratios, "utf8"));
}

export function writeReport(results: Results): void {
  writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), figures(results)));
  writeFileSync(picture, chart(results));
  writeFileSync(ratios, JSON.stringify(ratiosIn(results), null, 2));
  execFileSync("npx", ["oxfmt", readme, ratios], { cwd: join(folder, "..") });
}

/**
 * Puts the text between the two markers.
 *
 * @throws Error when they are not there: figures must not get lost.
 */
export function withFigures(text: string, figures: string): string {
  const between = /(<!-- figures -->\n)[^]*(\n<!-- end of figures -->)/;
  if (!between.test(text)) throw new Error("README.md has lost the markers between which the figures stand");
  return text.replace(between, (_, begin: string, end: string) => `${begin}\n${figures}\n${end}`);
}

function figures(results: Results): string {
  const { machine, rounds, seconds } = results;
  return [
    `${machine}; ${rounds} rounds of ${seconds} s.`,
    "![Requests a second of each set-up as a share of the bare app's](cost.svg)",
    tables(results),
  ].join("\n\n");
}
