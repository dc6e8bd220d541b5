/** Tells when the service's own pino is too old to get ids: it publishes its lines from 9.10 on. */
import { report } from "../diagnostics.ts";
import type { Instrumentation } from "./index.ts";
import { onModuleLoad } from "./module-loads.ts";

const firstMajor = 9;
const firstMinor = 10;

export const pino: Instrumentation = {
  name: "pino",
  enable: () =>
    onModuleLoad({ file: "pino.js", id: "./lib/meta" }, (exported) => {
      const version =
        typeof exported === "object" && exported !== null && "version" in exported ? String(exported.version) : "";
      const [major = 0, minor = 0] = version.split(".").map(Number);
      if (major > firstMajor || (major === firstMajor && minor >= firstMinor)) return;
      report(
        "pino-too-old",
        `lines of pino ${version} get no trace ids; update pino to ${firstMajor}.${firstMinor} or later`,
      );
    }),
};
