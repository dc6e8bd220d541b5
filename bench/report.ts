/** The table: ratios within each round, so that what the machine does besides touches all set-ups alike. */
import type { Installed } from "./install.ts";
import type { LoadResult } from "./measure.ts";
import type { Route } from "./setups.ts";

export interface Results {
  readonly installed: readonly Installed[];
  /** By set-up, one entry a round. */
  readonly loads: Readonly<Record<string, readonly LoadResult[]>>;
  readonly startUpsMs: Readonly<Record<string, readonly number[]>>;
}

interface Column {
  readonly title: string;
  readonly cell: (results: Results, installed: Installed) => string;
}

const columns: readonly Column[] = [
  { title: "Set-up", cell: (_, { setup }) => setup.title },
  {
    title: "`/hello`, of bare",
    cell: (results, { setup }) => spread(ratios(results, setup.name, "bare", rate("/hello"))),
  },
  {
    title: "`/order/:id`, of bare",
    cell: (results, { setup }) => spread(ratios(results, setup.name, "bare", rate("/order/42"))),
  },
  {
    title: "`/hello`, times OpenTelemetry",
    cell: (results, { setup }) => spread(ratios(results, setup.name, setup.peer, rate("/hello"))),
  },
  {
    title: "`/order/:id`, times OpenTelemetry",
    cell: (results, { setup }) => spread(ratios(results, setup.name, setup.peer, rate("/order/42"))),
  },
  {
    title: "CPU µs a request",
    cell: (results, { setup }) => `${cpu(results, setup.name, "/hello")} / ${cpu(results, setup.name, "/order/42")}`,
  },
  { title: "Start-up ms", cell: (results, { setup }) => spread(results.startUpsMs[setup.name] ?? [], 0) },
  {
    title: "RSS MiB",
    cell: (results, { setup }) =>
      spread(
        valuesOf(results, setup.name, ({ rssMib }) => rssMib),
        0,
      ),
  },
  { title: "Packages", cell: (_, { packages }) => String(packages) },
  { title: "Installed MiB", cell: (_, { bytes }) => (bytes / 1024 ** 2).toFixed(1) },
  {
    title: "Spans delivered",
    cell: (results, { setup }) =>
      setup.spans["/hello"] === 0 ? "" : percent(median(valuesOf(results, setup.name, ({ delivered }) => delivered))),
  },
];

/** A Markdown table, one row for each set-up. */
export function table(results: Results): string {
  const rows = results.installed.map((installed) => columns.map(({ cell }) => cell(results, installed)));
  const lines = [columns.map(({ title }) => title), columns.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

type Read = (result: LoadResult) => number;

function rate(route: Route): Read {
  return ({ routes }) => routes[route].requestsPerSecond;
}

function cpu(results: Results, name: string, route: Route): string {
  return median(valuesOf(results, name, ({ routes }) => routes[route].cpuUs)).toFixed(0);
}

function valuesOf({ loads }: Results, name: string, read: Read): number[] {
  return (loads[name] ?? []).map(read);
}

function ratios(results: Results, name: string, reference: string | undefined, read: Read): number[] {
  if (reference === undefined) return [];
  const base = valuesOf(results, reference, read);
  return valuesOf(results, name, read).map((value, round) => value / (base[round] ?? Number.NaN));
}

/** Median, and from lowest to highest. */
function spread(values: readonly number[], digits = 2): string {
  if (values.length === 0) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} (${low}-${high})`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
