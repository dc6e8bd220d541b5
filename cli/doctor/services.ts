/** Which services the box's Prometheus knows. */
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { runCompose } from "../docker/compose.ts";
import { address, parseSeries } from "./metrics.ts";

/** Those of the last day count too: a service that is down now has its objectives all the same. */
const query = 'group by (service_name) (last_over_time(target_info{service_name!=""}[1d]))';

/** @returns Undefined when there is no answer. */
export async function askServices(box: Box): Promise<readonly string[] | undefined> {
  const args = compose.exec("prometheus", ["promtool", "query", "instant", "-o", "json", address, query]);
  const { code, stdout } = await runCompose(box, args, { timeoutMs: 20_000 });
  if (code !== 0) return undefined;
  return parseSeries(stdout)
    .map(({ labels }) => labels["service_name"] ?? "")
    .toSorted();
}
