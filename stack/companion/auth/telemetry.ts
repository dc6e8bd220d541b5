/** The service observes itself with the SDK. Nothing that the environment says about telemetry may keep people from signing in. */
import { OptionsError, start } from "@obsbox/sdk";
import type { StartOptions } from "@obsbox/sdk";

const common = {
  enabled: true,
  serviceName: "obsbox-auth",
  traces: false,
  // The audit log has what matters; Nginx asks several times for each page that it serves.
  logs: { level: "info", format: "ecs", requests: false },
} as const satisfies StartOptions;

/** Starts logs, metrics and the admin port of the service. */
export function startTelemetry(env: NodeJS.ProcessEnv): void {
  startWith({ ...common, metrics: { exporter: ["prometheus"] }, admin: { enabled: true } }, env);
}

/** Starts the logs of a command. */
export function startLogsOnly(env: NodeJS.ProcessEnv): void {
  startWith({ ...common, quiet: true, metrics: false, admin: false, shutdown: { signals: false } }, env);
}

/** Variables that cannot be used are said and left out. */
function startWith(options: StartOptions, env: NodeJS.ProcessEnv): void {
  try {
    start(options);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`${error.message}\nthey are left out\n`);
    for (const { env: name } of error.problems) if (name !== undefined) delete env[name];
    start(options);
  }
}
