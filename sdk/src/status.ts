/** What the SDK is doing, for `/statusz` and `status()`. */
import { diagnosticCounts } from "./diagnostics.ts";
import { droppedRecords } from "./logs/losses.ts";
import type { LogPipeline } from "./logs/pipeline.ts";
import type { Scraper } from "./metrics/scrape.ts";
import { sdkVersion } from "./resource.ts";
import type { Service } from "./resource.ts";
import type { ClusterStatus, Status } from "./telemetry.ts";
import type { TracePipeline } from "./traces/pipeline.ts";

export interface StatusSources {
  readonly service: Service;
  readonly logs: LogPipeline;
  /** Absent, like the next two, when the SDK writes logs only. */
  readonly admin?: { readonly url: Promise<string | undefined> } | undefined;
  readonly scraper?: Scraper;
  readonly cluster?: () => ClusterStatus | undefined;
  readonly traces?: TracePipeline;
}

export function createStatus({ service, logs, admin, scraper, cluster, traces }: StatusSources): () => Status {
  let adminUrl: string | undefined;
  void admin?.url.then((url) => (adminUrl = url));
  return () => ({
    service: service.name,
    version: service.version,
    sdk: sdkVersion,
    node: process.versions.node,
    uptimeSeconds: Math.round(process.uptime()),
    isOn: traces !== undefined,
    adminUrl,
    logs: {
      records: Object.fromEntries(logs.records),
      dropped: Object.fromEntries(droppedRecords()),
      waitingBytes: logs.waitingBytes(),
    },
    metrics: { scrapeSeconds: scraper?.previous.seconds ?? 0, scrapeBytes: scraper?.previous.bytes ?? 0 },
    traces: traces?.status(),
    cluster: cluster?.(),
    diagnostics: Object.fromEntries(diagnosticCounts()),
  });
}
