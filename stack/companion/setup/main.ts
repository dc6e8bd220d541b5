/** The one-shot `setup`: brings Elasticsearch to what the box declares, from whatever state it is in. */
import { logger, shutdown, start } from "@obsbox/sdk";
import { messageOf, OperatorError } from "../errors.ts";
import { connect } from "../elasticsearch/client.ts";
import { readSecret, readTime, readUrl } from "../environment.ts";
import type { Environment } from "../environment.ts";
import { elasticsearchTime } from "./retention.ts";
import { runSteps } from "./run.ts";
import type { SetupContext } from "./step.ts";
import { steps } from "./steps.ts";
import { waitForElasticsearch } from "./wait.ts";

/** A cold start of Elasticsearch on a small machine stays well below. */
const patience = { timeoutMs: 300_000, refusedMs: 15_000, everyMs: 1000 };

/** @returns 0 when all is as declared, 1 otherwise. */
export async function runSetup(_args: readonly string[], env: Environment): Promise<number> {
  start({
    serviceName: "obsbox-setup",
    admin: false,
    quiet: true,
    metrics: { exporter: ["none"] },
    traces: { exporter: "none" },
  });
  try {
    const changes = await setUp(env);
    logger.info(changes === 0 ? "all was as declared, nothing was changed" : "all is as declared now");
    return 0;
  } catch (error) {
    const remedy = error instanceof OperatorError ? `; ${error.remedy}` : "";
    logger.error(`setup failed: ${messageOf(error)}${remedy}`);
    return 1;
  } finally {
    await shutdown();
  }
}

/** @returns How many changes there were. */
async function setUp(env: Environment): Promise<number> {
  const elasticsearch = connect({
    url: readUrl(env, "OBSBOX_STACK_ELASTICSEARCH_URL", "https://elasticsearch:9200"),
    ca: readSecret(env, "ca.crt"),
    user: "elastic",
    password: readSecret(env, "elasticsearch-elastic"),
  });
  const context: SetupContext = {
    elasticsearch,
    passwordOf: (user) => readSecret(env, `elasticsearch-${user}`),
    logsRetention: elasticsearchTime(readTime(env, "OBSBOX_LOGS_RETENTION")),
  };
  try {
    const say = (message: string) => logger.info(message);
    await waitForElasticsearch(elasticsearch, { ...patience, say });
    return await runSteps(steps, context, { timeoutMs: 60_000, everyMs: 1000, say });
  } finally {
    elasticsearch.close();
  }
}
