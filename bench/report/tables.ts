/** The tables, one for each part that was measured. */
import { lineKinds } from "../lines.ts";
import type { Results } from "../parts.ts";
import type { Round } from "../rounds.ts";
import { seriesCount } from "../scrape.ts";
import { setups } from "../setups.ts";
import { latencyColumns, lineColumns, loadColumns, scrapeColumns, startColumns, timesColumns } from "./columns.ts";
import { markdown } from "./markdown.ts";

interface Table {
  readonly title: string;
  readonly rounds: readonly Round<unknown>[];
  readonly text: string;
}

export function tables(results: Results): string {
  const { load, latency, startUp, lines, scrape, requestsPerSecond } = results;
  const measured = <Row extends { readonly name: string }>(rows: readonly Row[], rounds: readonly Round<unknown>[]) =>
    rows.filter(({ name }) => rounds.some((round) => round[name] !== undefined));
  const peers = setups.filter(({ counterpart = "" }) => load.some((round) => round[counterpart] !== undefined));
  const all: readonly Table[] = [
    { title: "Requests, of bare", rounds: load, text: markdown(loadColumns(results), measured(setups, load)) },
    {
      title: "obsbox, times the requests of",
      rounds: load,
      text: markdown(timesColumns(results), measured(peers, load)),
    },
    {
      title: `Latency at ${requestsPerSecond} requests a second`,
      rounds: latency,
      text: markdown(latencyColumns(results), measured(setups, latency)),
    },
    { title: "Start and size", rounds: startUp, text: markdown(startColumns(results), measured(setups, startUp)) },
    { title: "Log lines", rounds: lines, text: markdown(lineColumns(results), measured(lineKinds, lines)) },
    {
      title: `A scrape of ${seriesCount.toLocaleString("en")} series`,
      rounds: scrape,
      text: markdown(scrapeColumns(results), measured(setups, scrape)),
    },
  ];
  return all
    .filter(({ rounds, text }) => rounds.length > 0 && text !== "")
    .map(({ title, text }) => `### ${title}\n\n${text}`)
    .join("\n\n");
}
