/** Waits until Elasticsearch can be set up. */
import { setTimeout as wait } from "node:timers/promises";
import { messageOf, OperatorError } from "../errors.ts";
import type { Client } from "../elasticsearch/client.ts";
import { isStatus } from "../elasticsearch/errors.ts";

export interface Patience {
  /** Longest wait for Elasticsearch, in milliseconds. */
  readonly timeoutMs: number;
  /** How long a refused password is tried again: while users are being loaded, the right one is refused too. */
  readonly refusedMs: number;
  readonly everyMs: number;
  /** Told what is waited for, whenever that changes. */
  readonly say: (message: string) => void;
}

/**
 * Waits until the cluster has its indices and its licence, and takes the password.
 *
 * @throws OperatorError when it does not in time, or refuses the password for good.
 */
export async function waitForElasticsearch(elasticsearch: Client, patience: Patience): Promise<void> {
  const { timeoutMs, everyMs, say } = patience;
  const start = performance.now();
  let refusedSince: number | undefined;
  let said = "";
  for (;;) {
    const problem = await ask(elasticsearch);
    if (problem === undefined) return;
    const now = performance.now();
    refusedSince = isStatus(problem, 401) ? (refusedSince ?? now) : undefined;
    if (refusedSince !== undefined && now - refusedSince >= patience.refusedMs) throw wrongPassword(problem);
    if (now - start >= timeoutMs) throw tooLate(timeoutMs, problem);
    const reason = messageOf(problem);
    if (reason !== said) say(`waiting for Elasticsearch: ${reason}`);
    said = reason;
    await wait(everyMs);
  }
}

/** @returns What is wrong; undefined when Elasticsearch is ready. */
async function ask(elasticsearch: Client): Promise<unknown> {
  try {
    await elasticsearch.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=5s");
    // It gives itself a licence a moment after its first start, and until then has none.
    await elasticsearch.request("GET", "/_license");
    return undefined;
  } catch (error) {
    return error;
  }
}

function wrongPassword(cause: unknown): OperatorError {
  return new OperatorError(
    "Elasticsearch refuses the password of its user elastic: its volume was made with another one",
    "put the old secrets/elasticsearch-elastic back, or delete the data with obsbox destroy",
    cause,
  );
}

function tooLate(timeoutMs: number, problem: unknown): OperatorError {
  return new OperatorError(
    `Elasticsearch is not ready after ${Math.round(timeoutMs / 1000)} s: ${messageOf(problem)}`,
    "look at obsbox logs elasticsearch, then run obsbox up again",
    problem,
  );
}
