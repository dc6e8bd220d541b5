/** What a step of the setup is, and how it reports. */
import type { Client } from "../elasticsearch/client.ts";

export interface SetupContext {
  /** Elasticsearch as its superuser. */
  readonly elasticsearch: Client;
  /** Password of one of Elasticsearch's users, by the end of the secret's name. */
  readonly passwordOf: (user: string) => string;
  /** Age at which log lines are deleted, as Elasticsearch writes times: `14d`. */
  readonly logsRetention: string;
}

export interface Outcome {
  /** What was changed, each one a phrase; empty when all was as declared. */
  readonly changes: readonly string[];
  /** What somebody should know although nothing is wrong. */
  readonly notes?: readonly string[];
}

/** Brings one kind of thing to what is declared. Doing it again changes nothing. */
export interface Step {
  readonly name: string;
  readonly run: (context: SetupContext) => Promise<Outcome>;
}

/** Runs one change after the other, and gives what they say they changed. */
export async function inOrder<T>(
  items: Iterable<T>,
  change: (item: T) => Promise<string | undefined>,
): Promise<Outcome> {
  const changes: string[] = [];
  for (const item of items) {
    const done = await change(item);
    if (done !== undefined) changes.push(done);
  }
  return { changes };
}
