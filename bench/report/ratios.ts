/** What is kept of a run to compare the next with: what obsbox leaves of the bare app, by set-up and measure. */
import type { RouteLoad } from "../load.ts";
import type { Results } from "../parts.ts";
import { routeNames } from "../routes.ts";
import { ratiosOf } from "../rounds.ts";
import { setups } from "../setups.ts";
import { spreadOf } from "../statistics.ts";
import type { Spread } from "../statistics.ts";

export type Ratios = Readonly<Record<string, Readonly<Record<string, Spread>>>>;

interface Measure {
  readonly title: string;
  /** More is better. */
  readonly read: (load: RouteLoad) => number;
}

const measures: readonly Measure[] = [
  { title: "requests", read: ({ requestsPerSecond }) => requestsPerSecond },
  // Requests for the same CPU time: steadier than the above where the machine is shared.
  { title: "requests by CPU time", read: ({ cpuUs }) => 1 / cpuUs },
];

export function ratiosIn({ load }: Results): Ratios {
  const names = setups.map(({ name }) => name).filter((name) => name.startsWith("obsbox"));
  return Object.fromEntries(names.map((name) => [name, ratiosOfSetup(load, name)]));
}

function ratiosOfSetup(load: Results["load"], name: string): Record<string, Spread> {
  const ratios: Record<string, Spread> = {};
  for (const route of routeNames) {
    for (const { title, read } of measures) {
      const spread = spreadOf(
        ratiosOf(load, name, "bare", ({ routes }) => {
          const result = routes[route];
          return result === undefined ? undefined : read(result);
        }),
      );
      if (spread !== undefined) ratios[`${route}, ${title}`] = spread;
    }
  }
  return ratios;
}
