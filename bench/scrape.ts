/** How long a scrape of many series stops the event loop of the service. */
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "./statistics.ts";
import { metricsUrl, startSubject } from "./subject.ts";
import type { Subject, Surroundings } from "./subject.ts";

export const seriesCount = 2000;
/** One for each library that makes metrics. */
export const scrapedSetups: readonly string[] = ["obsbox-same", "stock-same", "lean", "prom-bundle"];
const scrapes = 20;
const warmUpScrapes = 5;

export interface ScrapeResult {
  /** The longest turn of the event loop while one scrape is answered. */
  readonly blockMs: number;
  readonly bytes: number;
}

export async function measureScrape(subject: Subject, around: Surroundings): Promise<ScrapeResult> {
  await using service = await startSubject(subject, "series.cjs", around, {
    SERIES_LIBRARY: subject.setup.metrics ?? "",
    SERIES_COUNT: String(seriesCount),
  });
  const url = metricsUrl(subject, service, around.addresses) ?? "";
  const blocksMs: number[] = [];
  let text = "";
  for (let scrape = 0; scrape < warmUpScrapes + scrapes; scrape++) {
    await service.ask("watchTurns");
    text = await (await fetch(url)).text();
    const { longestMs } = await service.ask<{ longestMs: number }>("longestTurn");
    if (scrape >= warmUpScrapes) blocksMs.push(longestMs);
    await sleep(20);
  }
  const found = text.match(/^bench_.*\} 1/gm)?.length ?? 0;
  if (found !== seriesCount) throw new Error(`${found} of ${seriesCount} series were served`);
  return { blockMs: median(blocksMs), bytes: text.length };
}
