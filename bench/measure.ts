/** All parts in turn, each in rounds. */
import { cpus } from "node:os";
import type { Arguments } from "./arguments.ts";
import { installAll } from "./install.ts";
import { latencyRoute, maximumOf, measureLatency, shareOfMaximum } from "./latency.ts";
import { lineKinds, measureLines } from "./lines.ts";
import { measureLoad } from "./load.ts";
import type { PartName, Results } from "./parts.ts";
import { inRounds, valuesOf } from "./rounds.ts";
import { measureScrape, scrapedSetups } from "./scrape.ts";
import type { Sink } from "./sink/sink.ts";
import { measureStartUp } from "./start-up.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subject.ts";

/** Enough for the compiler; a first look with short measurements takes less. */
const longestWarmUpSeconds = 3;

export async function measureAll(args: Arguments, sink: Sink, say: (line: string) => void): Promise<Results> {
  const { rounds, seconds, postgresUrl, parts } = args;
  const warmUpSeconds = Math.min(longestWarmUpSeconds, seconds);
  const around = { addresses: sink.addresses, postgresUrl, sink, seconds, warmUpSeconds };
  const subjects = installSubjects(args);
  const subject = (name: string) => known(subjects, name);
  const part = <T>(name: PartName, names: readonly string[], measure: (name: string) => Promise<T>) =>
    parts.includes(name) ? inRounds({ count: rounds, say }, name, names, measure) : [];

  const services = [...subjects.values()].filter(({ setup }) => setup.spans.hello !== undefined);
  const names = services.map(({ setup }) => setup.name);
  const startUp = await part("start-up", names, (name) => measureStartUp(subject(name), around));
  const load = await part("load", names, (name) => measureLoad(subject(name), around));

  const maxima = valuesOf(load, "bare", ({ routes }) => routes[latencyRoute]?.requestsPerSecond);
  if (maxima.length === 0 && parts.includes("latency")) maxima.push(await maximumOf(subject("bare"), around));
  const requestsPerSecond = Math.round(shareOfMaximum * median(maxima));
  const latency = await part("latency", names, (name) =>
    measureLatency(subject(name), { ...around, requestsPerSecond }),
  );

  const kinds = new Map(lineKinds.filter(({ setup }) => subjects.has(setup)).map((kind) => [kind.name, kind]));
  const lines = await part("lines", [...kinds.keys()], (name) => {
    const kind = known(kinds, name);
    return measureLines(kind, subject(kind.setup), around);
  });
  const scraped = scrapedSetups.filter((name) => subjects.has(name));
  const scrape = await part("scrape", scraped, (name) => measureScrape(subject(name), around));

  const sizes = Object.fromEntries(services.map(({ setup, installed }) => [setup.name, installed]));
  return { rounds, seconds, machine, sizes, startUp, load, latency, requestsPerSecond, lines, scrape };
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, Node.js ${process.versions.node}`;

function installSubjects({ setups }: Arguments): Map<string, Subject> {
  const installed = installAll(setups);
  return new Map(setups.map((setup) => [setup.name, { setup, installed: known(installed, setup.name) }]));
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (one === undefined) throw new Error(`${name} is not among ${[...all.keys()].join(", ")}`);
  return one;
}
