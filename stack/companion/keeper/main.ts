/**
 * The keeper: retention of traces and logs, log canary, age of backups, certificates, objects of Kibana. It keeps nothing
 * itself: killed at any moment, the next one goes on.
 */
import { health, logger, shutdown, start } from "@obsbox/sdk";
import { once } from "node:events";
import { messageOf, OperatorError } from "../errors.ts";
import { connect } from "../elasticsearch/client.ts";
import type { Environment } from "../environment.ts";
import { connectKibana } from "../setup/kibana/apply.ts";
import { createJobs } from "./jobs.ts";
import type { Clients } from "./jobs.ts";
import { instruments } from "./metrics.ts";
import { runJobs } from "./schedule.ts";
import type { Job, Watcher } from "./schedule.ts";
import { readKeeperSettings } from "./settings.ts";
import type { KeeperSettings } from "./settings.ts";

/** @returns 0 when it was told to stop, 1 when it could not start. */
export async function runKeeper(_args: readonly string[], env: Environment): Promise<number> {
  start({ serviceName: "obsbox-keeper", traces: { exporter: "none" } });
  try {
    await keep(readKeeperSettings(env), stopSignal());
    return 0;
  } catch (error) {
    const remedy = error instanceof OperatorError ? `; ${error.remedy}` : "";
    logger.fatal(`the keeper cannot start: ${messageOf(error)}${remedy}`);
    return 1;
  } finally {
    await shutdown();
  }
}

async function keep(settings: KeeperSettings, signal: AbortSignal): Promise<void> {
  const clients = connectAll(settings);
  const { elasticsearch } = clients;
  health.addCheck("elasticsearch", () => elasticsearch.request("GET", "/_security/_authenticate"), { timeoutMs: 2500 });
  const jobs = createJobs(settings, clients);
  if (!settings.hasLogFolder) logger.warn("there is no log canary: OBSBOX_LOG_DIR is not set");
  bornAtZero(jobs);
  try {
    await runJobs(jobs, watcher, signal);
  } finally {
    for (const client of Object.values(clients)) client.close();
  }
}

function connectAll({ elasticsearchUrl, kibanaUrl, ca, keeperPassword, adminPassword }: KeeperSettings): Clients {
  return {
    elasticsearch: connect({ url: elasticsearchUrl, ca, user: "obsbox_keeper", password: keeperPassword }),
    kibana: connectKibana(kibanaUrl, adminPassword),
  };
}

/** So that the first failure is an increase, and no loss is a number. */
function bornAtZero(jobs: readonly Job[]): void {
  for (const { name } of jobs) instruments.failures.add(0, { task: name });
  for (const signal of ["traces", "logs"]) instruments.deletedIndices.add(0, { signal, reason: "size" });
  instruments.canaryLost.add(0);
}

const watcher: Watcher = {
  succeeded(job, seconds) {
    instruments.lastSuccess.record(Date.now() / 1000, { task: job });
    instruments.runDuration.record(seconds, { task: job });
  },
  failed(job, seconds) {
    instruments.failures.add(1, { task: job });
    instruments.runDuration.record(seconds, { task: job });
  },
  changed(job, problem) {
    if (problem === undefined) logger.info({ job }, `${job}: works again`);
    else logger.error({ job }, `${job}: ${problem}`);
  },
};

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  void Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]).then(stop);
  return controller.signal;
}
