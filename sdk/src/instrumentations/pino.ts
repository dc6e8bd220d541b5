/**
 * The service's own pino: its loggers write finer lines for coloured requests, and one that is too old to get ids is
 * named. It publishes its lines from 9.10 on.
 */
import { report } from "../diagnostics.ts";
import { openPrototypeToColors } from "../logs/below-level.ts";
import { logger } from "../logs/logger.ts";
import type { Instrumentation } from "./index.ts";
import { onModuleLoad } from "./module-loads.ts";

const firstMajor = 9;
const firstMinor = 10;

export const pino: Instrumentation = {
  name: "pino",
  enable() {
    // The service may share our copy.
    const stops = [openPrototypeToColors(logger)];
    stops.push(
      onModuleLoad({ file: "pino.js", id: "./lib/meta" }, reportOld),
      onModuleLoad({ file: "pino.js", id: "./lib/proto" }, (exported) => {
        const parent: unknown = typeof exported === "function" ? exported() : undefined;
        if (typeof parent === "object" && parent !== null) stops.push(openPrototypeToColors(parent));
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  },
};

function reportOld(exported: unknown): void {
  const version =
    typeof exported === "object" && exported !== null && "version" in exported ? String(exported.version) : "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > firstMajor || (major === firstMajor && minor >= firstMinor)) return;
  report(
    "pino-too-old",
    `lines of pino ${version} get no trace ids; update pino to ${firstMajor}.${firstMinor} or later`,
  );
}
