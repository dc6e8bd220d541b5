/** The columns of each table. Ratios are taken within each round. */
import type { LatencyResult } from "../latency.ts";
import type { LineResult } from "../lines.ts";
import type { LoadResult } from "../load.ts";
import type { Results, Size } from "../parts.ts";
import { routeNames, routes } from "../routes.ts";
import type { RouteName } from "../routes.ts";
import { ratiosOf, valuesOf } from "../rounds.ts";
import { setups } from "../setups.ts";
import type { Setup } from "../setups.ts";
import { answeredCell, deliveredCell, medianCell, percentCell, spreadCell } from "./cells.ts";
import type { Column } from "./markdown.ts";

export function loadColumns({ load }: Results): readonly Column<Setup>[] {
  return [
    setupColumn,
    ...routeNames.map((route) => ({
      title: routes[route].title,
      cell: ({ name }: Setup) => spreadCell(ratiosOf(load, name, "bare", rate(route))),
    })),
    ...routeNames.map((route) => ({
      title: `CPU µs, ${routes[route].title}`,
      cell: ({ name }: Setup) => medianCell(valuesOf(load, name, cpu(route))),
    })),
    { title: "RSS MiB", cell: ({ name }) => medianCell(valuesOf(load, name, ({ rssMib }) => rssMib)) },
    {
      title: "Spans delivered",
      cell: ({ name, sampling }) =>
        deliveredCell(
          sampling,
          valuesOf(load, name, ({ delivered }) => delivered),
        ),
    },
  ];
}

export function timesColumns({ load }: Results): readonly Column<Setup>[] {
  return [
    setupColumn,
    { title: "Against", cell: ({ counterpart }) => setups.find(({ name }) => name === counterpart)?.title ?? "" },
    ...routeNames.map((route) => ({
      title: routes[route].title,
      cell: ({ name, counterpart = "" }: Setup) => spreadCell(ratiosOf(load, counterpart, name, rate(route))),
    })),
  ];
}

export function latencyColumns({ latency }: Results): readonly Column<Setup>[] {
  const column = (title: string, read: (result: LatencyResult) => number, digits = 2): Column<Setup> => ({
    title,
    cell: ({ name }) => spreadCell(valuesOf(latency, name, read), digits),
  });
  return [
    setupColumn,
    column("p50 ms", ({ p50Ms }) => p50Ms),
    column("p90 ms", ({ p90Ms }) => p90Ms),
    column("p99 ms", ({ p99Ms }) => p99Ms, 1),
    column("Event loop late, p99 ms", ({ delay }) => delay.p99Ms, 1),
    column("At the most, ms", ({ delay }) => delay.maxMs, 1),
    { title: "Answered", cell: ({ name }) => answeredCell(valuesOf(latency, name, ({ answered }) => answered)) },
  ];
}

export function startColumns({ startUp, sizes }: Results): readonly Column<Setup>[] {
  const added = (name: string, read: (size: Size) => number, digits: number) => {
    const [own, bare] = [sizes[name], sizes["bare"]];
    return own === undefined || bare === undefined ? "" : (read(own) - read(bare)).toFixed(digits);
  };
  return [
    setupColumn,
    {
      title: "Start-up ms",
      cell: ({ name }) =>
        spreadCell(
          valuesOf(startUp, name, ({ ms }) => ms),
          0,
        ),
    },
    { title: "RSS MiB then", cell: ({ name }) => medianCell(valuesOf(startUp, name, ({ rssMib }) => rssMib)) },
    { title: "Packages added", cell: ({ name }) => added(name, ({ packages }) => packages, 0) },
    { title: "MiB added", cell: ({ name }) => added(name, ({ bytes }) => bytes / 1024 ** 2, 1) },
  ];
}

export function lineColumns({ lines }: Results): readonly Column<{ name: string; title: string }>[] {
  const speed = ({ linesPerSecond }: LineResult) => linesPerSecond;
  return [
    { title: "Lines", cell: ({ title }) => title },
    { title: "Of plain pino", cell: ({ name }) => spreadCell(ratiosOf(lines, name, "pino", speed)) },
    { title: "Lines a second", cell: ({ name }) => medianCell(valuesOf(lines, name, speed)) },
    {
      title: "CPU µs a line",
      cell: ({ name }) =>
        medianCell(
          valuesOf(lines, name, ({ cpuUs }) => cpuUs),
          1,
        ),
    },
    { title: "In the file", cell: ({ name }) => percentCell(valuesOf(lines, name, ({ kept }) => kept)) },
  ];
}

export function scrapeColumns({ scrape }: Results): readonly Column<Setup>[] {
  return [
    setupColumn,
    {
      title: "Event loop blocked, ms",
      cell: ({ name }) => spreadCell(valuesOf(scrape, name, ({ blockMs }) => blockMs)),
    },
    { title: "KiB", cell: ({ name }) => medianCell(valuesOf(scrape, name, ({ bytes }) => bytes / 1024)) },
  ];
}

const setupColumn: Column<Setup> = { title: "Set-up", cell: ({ title }) => title };

function rate(route: RouteName) {
  return ({ routes }: LoadResult) => routes[route]?.requestsPerSecond;
}

function cpu(route: RouteName) {
  return ({ routes }: LoadResult) => routes[route]?.cpuUs;
}
