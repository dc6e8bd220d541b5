/**
 * What a team sees of a box that nobody has broken: silence while all is well, and an answer to every question of every
 * panel while everything happens that happens to services.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pages } from "../../dashboards/src/pages.ts";
import { renderTable } from "../../cli/report/table.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { kinds, openBox } from "./box/box.ts";
import type { Box } from "./box/box.ts";
import { visitWildly } from "./box/load.ts";
import { ordersOnHost } from "./box/orders.ts";
import type { OrdersOnHost } from "./box/orders.ts";
import { listen } from "./box/quiet.ts";
import { openDataSources } from "./dashboards/data-sources.ts";
import { askPage, emptyVariables } from "./dashboards/panels.ts";
import type { Asked } from "./dashboards/panels.ts";
import type { Sources, Values } from "./dashboards/variables.ts";

/** Half an hour in test/long/box-quiet.test.ts. */
const quietMinutes = 5;
const patienceMs = 5 * 60_000;

let box: Box;
let orders: OrdersOnHost;
let sources: Sources;

/** What a team's chat and the service that listens for the heartbeat would be. */
const outside = createServer((_request, response) => void response.end());

beforeAll(async () => {
  box = await openBox(kinds.watched);
  outside.listen(0);
  await once(outside, "listening");
  const { port } = outside.address() as AddressInfo;
  await run(`http://host.docker.internal:${port}/chat`, "alerts", "receiver", "add", "webhook");
  await run(`http://host.docker.internal:${port}/heartbeat`, "alerts", "heartbeat", "-");
  orders = await ordersOnHost(box);
  sources = openDataSources(box);
}, 12 * 60_000);

afterAll(async () => {
  await orders?.[Symbol.asyncDispose]();
  outside.close();
});

async function run(input: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await box.obsboxWith(input, ...args);
  if (code !== 0) throw new Error(`obsbox ${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** Values that panels with a choice are asked about. */
const chosen = () => ({ service: orders.services.orders, environment: ".*", metric: "orders_placed_total" });

/** A busy machine takes half a second for a request now and then, and a page rightly shows it: that is no fault. */
const chosenWhileQuiet = () => ({ ...chosen(), slower: "5s" });

async function askAll(values: Values): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const page of pages) asked.push(...(await askPage(page, sources, values)));
  return asked;
}

describe("while all is well", () => {
  test(
    "no alert fires but the one that always does, and none is about to",
    { timeout: (quietMinutes + 5) * 60_000 },
    async () => {
      expect(await listen(sources, orders.url, quietMinutes)).toEqual({ fired: ["Watchdog"], pending: [] });
      const unwell = (await askAll(chosenWhileQuiet())).filter(
        ({ emptyIsHealthy, needs, largest }) => emptyIsHealthy && needs === undefined && largest !== 0,
      );
      expect(unwell.map(({ page, panel, largest }) => [page, panel, largest])).toEqual([]);
    },
  );
});

describe("while everything happens", () => {
  const end = new AbortController();
  let load: Promise<void>;
  beforeAll(() => {
    load = visitWildly(end.signal, orders.url);
  });
  afterAll(async () => {
    end.abort();
    await load;
  });

  test("every target of every panel gets an answer", { timeout: patienceMs + 120_000 }, async () => {
    let all: readonly Asked[] = [];
    const areAnswered = async () => {
      all = await askAll(chosen());
      return all.every(({ samples = -1, emptyIsHealthy, needs }) => {
        return needs !== undefined || samples > 0 || (samples === 0 && emptyIsHealthy);
      });
    };
    try {
      await waitFor("an answer for every target", areAnswered, patienceMs);
    } finally {
      process.stderr.write(`${reportOf(all)}\n`);
    }
  });

  test.each(pages)("every variable of the page $uid has something to choose", async (page) => {
    const panels = page.sections.flatMap((section) => section.panels);
    const isThere = panels.some(({ needs, emptyIsHealthy }) => needs === undefined && emptyIsHealthy !== true);
    expect(isThere ? await emptyVariables(page, sources, chosen()) : []).toEqual([]);
  });
});

/** A line for each target: the page, the panel, how much it answered. */
function reportOf(all: readonly Asked[]): string {
  const rows = all.map(({ page, panel, refId, samples, needs, emptyIsHealthy, problem }) => [
    page,
    `${panel} ${refId}`,
    needs !== undefined ? `needs ${needs}` : `${samples ?? problem}${emptyIsHealthy ? " (empty is healthy)" : ""}`,
  ]);
  const counted = all.filter(({ needs }) => needs === undefined);
  const summary = `${counted.length} targets asked, ${counted.filter(({ samples = 0 }) => samples > 0).length} with values, ${all.length - counted.length} need what is not here`;
  const columns = [{ title: "PAGE" }, { title: "TARGET" }, { title: "SAMPLES", gives: true }] as const;
  return [...renderTable(columns, rows, { width: 140, paint: (text) => text }), summary].join("\n");
}
