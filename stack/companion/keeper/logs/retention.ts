/** Deletes the oldest log lines while all together take more than they may. */
import { logger } from "@obsbox/sdk";
import type { Client } from "../../elasticsearch/client.ts";
import { entriesAt, listAt, textAt, valueAt } from "../../elasticsearch/json.ts";
import { instruments } from "../metrics.ts";
import { deleteIndices, indexSizes } from "../stored.ts";
import { planDeletions, planRollovers } from "./plan.ts";
import type { BackingIndex } from "./plan.ts";

interface StreamIndex extends BackingIndex {
  readonly stream: string;
}

export async function keepLogs(elasticsearch: Client, maxBytes: number): Promise<void> {
  const before = await listIndices(elasticsearch);
  const rolledOver = await rollOver(elasticsearch, before, maxBytes);
  const indices = rolledOver > 0 ? await listIndices(elasticsearch) : before;
  const deletions = planDeletions(indices, maxBytes);
  const names = deletions.map(({ name }) => name);
  if (names.length > 0) {
    await deleteIndices(elasticsearch, names);
    logger.info({ indices: names }, `deleted ${names.length} indices of logs, which took more than ${maxBytes} bytes`);
    instruments.deletedIndices.add(names.length, { signal: "logs", reason: "size" });
  }
  const left = indices.filter(({ name }) => !names.includes(name));
  instruments.stored.record(
    left.reduce((sum, { bytes }) => sum + bytes, 0),
    { signal: "logs" },
  );
  instruments.limit.record(maxBytes, { signal: "logs" });
}

/** @returns How many streams got a new write index. */
async function rollOver(elasticsearch: Client, indices: readonly StreamIndex[], maxBytes: number): Promise<number> {
  const large = new Set(planRollovers(indices, maxBytes).map(({ name }) => name));
  const streams = indices.filter(({ name }) => large.has(name)).map(({ stream }) => stream);
  for (const stream of streams) await elasticsearch.request("POST", `/${encodeURIComponent(stream)}/_rollover`);
  return streams.length;
}

async function listIndices(elasticsearch: Client): Promise<readonly StreamIndex[]> {
  const [streams, sizes, settings] = await Promise.all([
    elasticsearch.request("GET", "/_data_stream/logs-*"),
    indexSizes(elasticsearch, "logs-*-*"),
    elasticsearch.request("GET", "/logs-*-*/_settings/index.creation_date?flat_settings=true"),
  ]);
  const created = new Map(
    entriesAt(settings).map(([name, of]) => [name, Number(valueAt(of, "settings", "index.creation_date"))]),
  );
  return listAt(streams, "data_streams").flatMap((stream) => {
    const names = listAt(stream, "indices").map((index) => textAt(index, "index_name") ?? "");
    return names.map((name, position) => ({
      name,
      stream: textAt(stream, "name") ?? "",
      bytes: sizes.get(name) ?? 0,
      endedMs: position === names.length - 1 ? undefined : (created.get(names[position + 1] ?? "") ?? 0),
    }));
  });
}
