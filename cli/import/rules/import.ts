/** Brings rules into a Prometheus by files, or into what takes them by an API. */
import type { Server } from "../../remote/server.ts";
import type { Report } from "../outcome.ts";
import type { Topic } from "../rules.ts";
import { importByApi } from "./by-api.ts";
import { importByFiles } from "./by-files.ts";
import type { RulesChoice } from "./choice.ts";
import { readPrometheus } from "./prometheus.ts";

export async function importRules(
  server: Server,
  topics: readonly Topic[],
  choice: RulesChoice,
  signal: AbortSignal,
): Promise<Report> {
  const { title, hasRulerApi } = await readPrometheus(server);
  const run = hasRulerApi && choice.rulesDir === undefined ? importByApi : importByFiles;
  const done = await run(server, topics, choice, signal);
  return { server: `${title} at ${server.url}`, isDryRun: choice.isDryRun, ...done };
}
