/** Settings of the whole cluster. */
import { isStatus } from "../../elasticsearch/errors.ts";
import { valueAt } from "../../elasticsearch/json.ts";
import type { JsonObject } from "../../elasticsearch/json.ts";
import type { Client } from "../../elasticsearch/client.ts";
import type { Outcome, SetupContext } from "../step.ts";

interface SettingsGroup {
  readonly about: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Set together, because Elasticsearch checks them together. */
export const clusterSettings: readonly SettingsGroup[] = [
  {
    // Percentages would stop a box at 50 GB free on a disk of 1 TB. Below the last one writing pauses, and goes on by
    // itself when there is room again; the keeper's limits come long before.
    about: "disk watermarks",
    settings: {
      "cluster.routing.allocation.disk.watermark.low": "3gb",
      "cluster.routing.allocation.disk.watermark.high": "2gb",
      "cluster.routing.allocation.disk.watermark.flood_stage": "1gb",
    },
  },
  {
    // A mistyped index name is refused. Names with a dot belong to Elasticsearch and Kibana.
    about: "names that come into being by themselves",
    settings: { "action.auto_create_index": "+logs-*,+jaeger-*,+.*,-*" },
  },
  {
    about: "download of address databases",
    settings: { "ingest.geoip.downloader.enabled": "false" },
  },
];

export async function applyClusterSettings({ elasticsearch }: SetupContext): Promise<Outcome> {
  const answer = await elasticsearch.request("GET", "/_cluster/settings?flat_settings=true");
  const changes: string[] = [];
  const notes: string[] = [];
  for (const group of clusterSettings) {
    if (isSet(group.settings, answer)) continue;
    const isKnown = await put(elasticsearch, group.settings);
    if (isKnown) changes.push(`set ${group.about}`);
    else notes.push(`this server has no setting for ${group.about}`);
  }
  return { changes, notes };
}

function isSet(settings: Readonly<Record<string, string>>, answer: unknown): boolean {
  return Object.entries(settings).every(([key, value]) => valueAt(answer, "persistent", key) === value);
}

/** @returns Whether the server knows the settings: what it lacks needs no setting. */
async function put(elasticsearch: Client, persistent: JsonObject): Promise<boolean> {
  try {
    await elasticsearch.request("PUT", "/_cluster/settings", { persistent });
    return true;
  } catch (error) {
    if (isStatus(error, 400) && error.reason.includes("not recognized")) return false;
    throw error;
  }
}
