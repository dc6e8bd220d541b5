/** What indices take on disk. */
import type { Client } from "../elasticsearch/client.ts";
import { entriesAt, numberAt } from "../elasticsearch/json.ts";

/**
 * Gives the size of each index that matches, in bytes, replicas included.
 *
 * @example
 * await indexSizes(elasticsearch, "jaeger-span-*"); // Map { "jaeger-span-2026-01-31" => 5000 }
 */
export async function indexSizes(elasticsearch: Client, pattern: string): Promise<ReadonlyMap<string, number>> {
  const filter = "filter_path=indices.*.total.store.size_in_bytes";
  const answer = await elasticsearch.request("GET", `/${pattern}/_stats/store?level=indices&${filter}`);
  return new Map(
    entriesAt(answer, "indices").map(([name, stats]) => [
      name,
      numberAt(stats, "total", "store", "size_in_bytes") ?? 0,
    ]),
  );
}

/** Indices of one request: their names stand in its first line, which Elasticsearch limits to 4 KiB. */
const namesAtOnce = 30;

/** Deletes indices; those that are gone already are not missed. */
export async function deleteIndices(elasticsearch: Client, names: readonly string[]): Promise<void> {
  for (let from = 0; from < names.length; from += namesAtOnce) {
    const some = names.slice(from, from + namesAtOnce).map(encodeURIComponent);
    await elasticsearch.request("DELETE", `/${some.join(",")}?ignore_unavailable=true`);
  }
}
