/** The environment in which a program is started so that its telemetry goes to the box, without a change to it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const flag = "@obsbox/sdk/register";

/**
 * Adds what sends a program's telemetry to the box. What the program's user has set stays, but for the addresses.
 *
 * @param otlpUrl - Where the box takes OTLP.
 */
export function childEnvironment(own: NodeJS.ProcessEnv, otlpUrl: string, cwd: string): NodeJS.ProcessEnv {
  return {
    OTEL_BSP_SCHEDULE_DELAY: "500",
    ...own,
    NODE_OPTIONS: [own["NODE_OPTIONS"], `--import=${registerUrl(cwd)}`].filter(Boolean).join(" "),
    OBSBOX_LOG_FORMAT: "ecs",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
  };
}

/** The program's own copy of the SDK where it has one: two copies in one process would not know of each other. */
function registerUrl(cwd: string): string {
  const from = [join(cwd, "package.json"), import.meta.filename];
  for (const file of from) {
    try {
      const path = createRequire(file).resolve(flag);
      if (existsSync(path)) return pathToFileURL(path).href;
    } catch {
      // Not installed there.
    }
  }
  throw new Error(`${flag} cannot be found; install @obsbox/sdk`);
}
