/** The default registry of prom-client or @prometheus-io/client joins `/metrics` when the service loads one. */
import { metrics } from "../metrics/instruments.ts";
import type { Instrumentation } from "./index.ts";
import { registries } from "../option-parsers.ts";
import { onModuleLoad } from "./module-loads.ts";

const packages = ["prom-client", "@prometheus-io/client"];

export const promClient: Instrumentation = {
  name: "prom-client",
  enable() {
    const stops = packages.map((name) =>
      onModuleLoad({ parent: `/${name}/index.js`, id: "./lib/registry" }, (exported) => {
        const found = registries.parse([Reflect.get(Object(exported), "globalRegistry")]);
        for (const registry of found ?? []) metrics.register(registry);
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  },
};
