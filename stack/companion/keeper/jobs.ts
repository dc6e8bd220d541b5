/** The jobs of the keeper, one row each. */
import type { Client } from "../elasticsearch/client.ts";
import { applyKibanaObjects } from "../setup/kibana/apply.ts";
import { createBackupWatch } from "./backups.ts";
import { createCanary } from "./canary.ts";
import { readCertificates } from "./certificates.ts";
import type { Endpoint } from "./certificates.ts";
import { keepLogs } from "./logs/retention.ts";
import type { Job } from "./schedule.ts";
import type { KeeperSettings } from "./settings.ts";
import { keepSpans } from "./spans/retention.ts";

const minute = 60_000;
/** Kibana, Nginx and Filebeat start after the keeper. */
const startMs = 5 * minute;

export interface Clients {
  readonly elasticsearch: Client;
  readonly kibana: Client;
}

export function createJobs(settings: KeeperSettings, { elasticsearch, kibana }: Clients): readonly Job[] {
  const { spans, logsMaxBytes } = settings;
  const jobs: Job[] = [
    { name: "spans", everyMs: minute, timeoutMs: minute, run: () => keepSpans(elasticsearch, spans) },
    { name: "logs", everyMs: minute, timeoutMs: minute, run: () => keepLogs(elasticsearch, logsMaxBytes) },
    { name: "backups", everyMs: 5 * minute, retryMs: minute, timeoutMs: minute, run: createBackupWatch(elasticsearch) },
    {
      name: "certificates",
      everyMs: 60 * minute,
      retryMs: minute,
      timeoutMs: minute,
      graceMs: startMs,
      run: () => readCertificates(endpointsOf(settings)),
    },
    {
      // Once is enough, but what was deleted comes back.
      name: "kibana",
      everyMs: 24 * 60 * minute,
      retryMs: minute / 4,
      timeoutMs: minute,
      graceMs: startMs,
      run: async () => void (await applyKibanaObjects(kibana, settings.language)),
    },
  ];
  const canary = {
    name: "canary",
    everyMs: minute,
    timeoutMs: minute,
    graceMs: startMs,
    run: createCanary(elasticsearch),
  };
  return settings.hasLogFolder ? [...jobs, canary] : jobs;
}

/** Where the box shows certificates. */
export function endpointsOf({ elasticsearchUrl, boxHost }: KeeperSettings): readonly Endpoint[] {
  const { hostname, port } = new URL(elasticsearchUrl);
  return [
    { component: "elasticsearch", host: hostname, port: Number(port || 9200) },
    { component: "nginx", host: "nginx", port: 8443, serverName: boxHost },
  ];
}
