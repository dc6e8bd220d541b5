/** The default registry of prom-client or @prometheus-io/client joins `/metrics` when the service loads one. */
import { metrics } from "../metrics/instruments.ts";
import type { Instrumentation } from "./index.ts";
import { registries } from "../option-parsers.ts";
import { onModuleLoad } from "./module-loads.ts";

export const promClient: Instrumentation = {
  name: "prom-client",
  enable: () =>
    onModuleLoad({ file: "index.js", id: "./lib/registry" }, (exported) => {
      const found = registries.parse([Reflect.get(Object(exported), "globalRegistry")]);
      for (const registry of found ?? []) metrics.register(registry);
    }),
};
