/**
 * `node --import @obsbox/sdk/register app.js`: starts the SDK before the service's first import, for CommonJS, ES
 * modules and TypeScript alike. It never throws: what cannot be used is said once and the service runs without
 * telemetry.
 */
import { isMainThread } from "node:worker_threads";
import { adoptPm2Environment } from "./cluster/pm2.ts";
import { messageOf, report } from "./diagnostics.ts";
import { isLauncher } from "./launchers.ts";
import { isServiceThread } from "./service-threads.ts";
import { start } from "./start.ts";

if (isMainThread ? !isLauncher() : isServiceThread()) {
  try {
    adoptPm2Environment(process.env);
    start();
  } catch (error) {
    report("not-started", `${messageOf(error)}\n  The service runs without telemetry`);
  }
}
