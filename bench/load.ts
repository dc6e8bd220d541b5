/** What a set-up bears: requests per second and CPU time of each, with as much load as it takes. */
import { setTimeout as sleep } from "node:timers/promises";
import { programs, routeNames, routes } from "./routes.ts";
import type { RouteName } from "./routes.ts";
import type { Service } from "./service.ts";
import type { Sink } from "./sink/sink.ts";
import { metricsUrl, startSubject } from "./subject.ts";
import type { Subject, Surroundings } from "./subject.ts";
import { saturate } from "./wrk.ts";

export interface RouteLoad {
  readonly requestsPerSecond: number;
  readonly cpuUs: number;
}

export interface LoadResult {
  readonly routes: Readonly<Partial<Record<RouteName, RouteLoad>>>;
  readonly rssMib: number;
  /** Spans that arrived, of those of all requests; absent where there are none. */
  readonly delivered?: number;
}

export interface LoadSettings extends Surroundings {
  readonly sink: Sink;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

const scrapeEveryMs = 5000;

/** Loads each route of each program, one after the other. */
export async function measureLoad(subject: Subject, settings: LoadSettings): Promise<LoadResult> {
  const measured: Partial<Record<RouteName, RouteLoad>> = {};
  const spans = { expected: 0, received: 0 };
  let rssMib = 0;
  for (const program of programs) {
    const names = routesOf(subject, settings).filter((name) => routes[name].program === program);
    if (names.length === 0) continue;
    const result = await loadProgram(subject, program, names, settings);
    Object.assign(measured, result.measured);
    spans.expected += result.expected;
    spans.received += result.received;
    rssMib ||= result.rssMib;
  }
  return {
    routes: measured,
    rssMib,
    ...(spans.expected === 0 ? {} : { delivered: spans.received / spans.expected }),
  };
}

/** Those that the set-up observes, and that can be asked here. */
export function routesOf({ setup }: Subject, { postgresUrl }: Surroundings): RouteName[] {
  return routeNames.filter(
    (name) => setup.spans[name] !== undefined && (routes[name].needsPostgres !== true || postgresUrl !== undefined),
  );
}

async function loadProgram(subject: Subject, program: string, names: readonly RouteName[], settings: LoadSettings) {
  const { sink, seconds, warmUpSeconds } = settings;
  await using service = await startSubject(subject, program, settings);
  using _scraper = scrapeRegularly(subject, service, settings);
  let expected = 0;
  for (const name of names) expected += (await load(subject, service, name, warmUpSeconds)).spans;
  // An agent that samples by itself chooses the first requests of a minute: for it the warm-up counts.
  if (subject.setup.sampling !== "own") {
    await sink.takeSpans(sureOf(subject, expected));
    expected = 0;
  }
  const measured: Partial<Record<RouteName, RouteLoad>> = {};
  for (const name of names) {
    const { spans, ...result } = await load(subject, service, name, seconds);
    measured[name] = result;
    expected += spans;
  }
  const { rssBytes } = await service.ask("usage");
  const received = await lastSpans(subject, service, sink, expected);
  return { measured, expected, received, rssMib: rssBytes / 1024 ** 2 };
}

async function load(
  { setup }: Subject,
  service: Service,
  name: RouteName,
  seconds: number,
): Promise<RouteLoad & { spans: number }> {
  const before = await service.ask("usage");
  const { requests, requestsPerSecond } = await saturate(
    `http://127.0.0.1:${service.port}${routes[name].path}`,
    seconds,
  );
  const after = await service.ask("usage");
  return {
    requestsPerSecond,
    cpuUs: (after.cpuUs - before.cpuUs) / requests,
    spans: requests * (setup.spans[name] ?? 0),
  };
}

/** Who samples does not say how many will come: wait until no more do. */
function sureOf({ setup }: Subject, spans: number): number {
  return setup.sampling === 1 ? spans : Number.POSITIVE_INFINITY;
}

/** Some send what is left at the signal to end, some only in their own time: both get the chance. */
async function lastSpans(subject: Subject, service: Service, sink: Sink, expected: number): Promise<number> {
  if (expected === 0) return 0;
  const received = await sink.takeSpans(sureOf(subject, expected));
  if (received >= sureOf(subject, expected)) return received;
  service.terminate();
  await Promise.race([service.ended(), sleep(2000)]);
  return received + (await sink.takeSpans(sureOf(subject, expected - received)));
}

/** As a Prometheus would. */
function scrapeRegularly(subject: Subject, service: Service, { addresses }: Surroundings): Disposable {
  const url = metricsUrl(subject, service, addresses);
  const scrape = (from: string) =>
    fetch(from).then(
      (response) => response.text(),
      () => undefined,
    );
  const timer = url === undefined ? undefined : setInterval(() => void scrape(url), scrapeEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
