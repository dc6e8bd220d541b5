/** A box that nothing is wrong with, watched for a while. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sources } from "../dashboards/variables.ts";
import { visitHealthily } from "./load.ts";

export interface Heard {
  /** Names of alerts that fired meanwhile. */
  readonly fired: readonly string[];
  /** And of those that are about to, at the end. */
  readonly pending: readonly string[];
}

/** @param url - Where healthy visitors go meanwhile. */
export async function listen(sources: Sources, url: string, minutes: number): Promise<Heard> {
  const end = new AbortController();
  const load = visitHealthily(end.signal, url);
  // What is tested is the time itself.
  await sleep(minutes * 60_000);
  end.abort();
  await load;
  return {
    fired: await namesOf(sources, `max_over_time(ALERTS{alertstate="firing"}[${minutes}m])`),
    // The machine itself is busy with tests.
    pending: await namesOf(sources, 'ALERTS{alertstate="pending",component!="host"}'),
  };
}

async function namesOf(sources: Sources, alerts: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ query: `count by (alertname) (${alerts})` }).toString();
  const [answer] = (await sources.get("prometheus")?.ask([{ method: "GET", path: `/api/v1/query?${query}` }])) ?? [];
  const { data } = (answer?.body ?? { data: { result: [] } }) as {
    data: { result: readonly { readonly metric: { readonly alertname: string } }[] };
  };
  return data.result.map(({ metric }) => metric.alertname).toSorted();
}
