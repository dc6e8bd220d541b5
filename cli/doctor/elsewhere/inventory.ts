/** What a Prometheus has: the names of its metrics, and the labels of those that we ask for. */
import { UserError } from "../../errors.ts";
import { whyOf } from "../../import/rules/prometheus.ts";
import { call } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";
import { listAt } from "../../../stack/companion/elasticsearch/json.ts";

export interface Inventory {
  readonly metrics: ReadonlySet<string>;
  /** Labels by metric; a metric whose labels could not be read in time is not in it. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
  /** Values of the label `job`. */
  readonly jobs: ReadonlySet<string>;
}

/** What was not scraped for this long is not there any more. */
const lookBackMs = 3_600_000;
/** Metrics asked for at the same time. */
const parallel = 4;
const perCallMs = 10_000;
const budgetMs = 60_000;

/** @param wanted - Metrics whose labels matter, as far as they are there. */
export async function readInventory(server: Server, wanted: readonly string[]): Promise<Inventory> {
  const metrics = new Set(await readValues(server, "/api/v1/label/__name__/values", ""));
  const jobs = new Set(await readValues(server, "/api/v1/label/job/values", ""));
  const queue = wanted.filter((metric) => metrics.has(metric));
  const labels = new Map<string, ReadonlySet<string>>();
  const deadline = performance.now() + budgetMs;
  const work = async () => {
    for (let metric = queue.shift(); metric !== undefined && performance.now() < deadline; metric = queue.shift()) {
      const found = await readLabels(server, metric);
      if (found !== undefined) labels.set(metric, new Set(found));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { metrics, labels, jobs };
}

async function readLabels(server: Server, metric: string): Promise<readonly string[] | undefined> {
  try {
    return await readValues(
      server,
      "/api/v1/labels",
      `&match[]=${encodeURIComponent(JSON.stringify({ metric }).replace(/^\{"metric":(.*)\}$/s, "{__name__=$1}"))}`,
    );
  } catch {
    return undefined; // Too much for this server: the metric is there, and that is what counts most.
  }
}

async function readValues(server: Server, path: string, query: string): Promise<readonly string[]> {
  const start = ((Date.now() - lookBackMs) / 1000).toFixed(0);
  const answer = await call(server, `${path}?start=${start}${query}`, { timeoutMs: perCallMs });
  if (answer.status !== 200) throw new UserError(`${path}: ${whyOf(answer)}`, { hint: "may the token read metrics?" });
  return listAt(answer.json, "data").filter((value) => typeof value === "string");
}
