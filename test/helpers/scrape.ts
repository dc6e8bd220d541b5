/** What a program's `/metrics` gives. */
import { parseExposition } from "../../stack/embedded/scrape/parse.ts";
import type { MetricSample } from "../../stack/embedded/records.ts";
import type { Program } from "./run-program.ts";
import { waitFor } from "./wait-for.ts";

export const openMetricsType = "application/openmetrics-text;version=1.0.0";

/** Waits until the program has said where its admin port is. */
export function adminUrl(program: Program): Promise<string> {
  return waitFor("the start line with the admin port", () => {
    const line = program.lines().find((fields) => fields["event.action"] === "service-start");
    return /metrics at (http:\S+)\/metrics/.exec(String(line?.["message"]))?.[1];
  });
}

export async function scrapeText(program: Program, accept = openMetricsType): Promise<string> {
  const response = await fetch(`${await adminUrl(program)}/metrics`, { headers: { accept } });
  return response.text();
}

/** All samples of one scrape. */
export async function scrape(program: Program): Promise<MetricSample[]> {
  return parseExposition(await scrapeText(program)).flatMap(({ samples }) => samples);
}

export function samplesOf(samples: readonly MetricSample[], name: string): MetricSample[] {
  return samples.filter((sample) => sample.name === name);
}
