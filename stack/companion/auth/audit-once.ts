/**
 * The audit line of a command, which ends right after it: into a log file of its own where the service has such files, otherwise
 * on stderr, because stdout is for the command's answer.
 */
import { accessSync, constants } from "node:fs";
import { logger, shutdown } from "@obsbox/sdk";
import { describeEvent } from "./audit.ts";
import type { AuditEvent } from "./audit.ts";
import { startLogsOnly } from "./telemetry.ts";

export async function noteOnce(event: AuditEvent, env: NodeJS.ProcessEnv): Promise<void> {
  const [fields, message] = describeEvent(event);
  if (!hasLogFiles(env)) {
    const line = { "@timestamp": new Date().toISOString(), "log.level": "info", ...fields, message };
    process.stderr.write(`${JSON.stringify(line)}\n`);
    return;
  }
  startLogsOnly(env);
  logger.info(fields, message);
  await shutdown();
}

function hasLogFiles({ OBSBOX_LOG_DIR: folder }: NodeJS.ProcessEnv): boolean {
  try {
    accessSync(folder ?? "", constants.W_OK);
    return true;
  } catch {
    return false; // The line goes elsewhere.
  }
}
