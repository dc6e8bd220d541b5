/**
 * `node --import @obsbox/sdk/register app.js`: starts the SDK before the service's first import, for CommonJS, ES
 * modules and TypeScript alike. It never throws: what cannot be used is said once and the service runs without
 * telemetry.
 */
import { isMainThread } from "node:worker_threads";
import { messageOf, report } from "./diagnostics.ts";
import { isLauncher } from "./launchers.ts";
import { start } from "./start.ts";

// Worker threads inherit the flag: those of log transports would report themselves as the service.
if (isMainThread && !isLauncher()) {
  try {
    start();
  } catch (error) {
    report("not-started", `${messageOf(error)}\n  The service runs without telemetry`);
  }
}
