/** Things that Elasticsearch keeps under a name: put there unless they are there already, as declared. */
import type { Client } from "../elasticsearch/client.ts";
import { covers, isObject } from "../elasticsearch/json.ts";
import type { JsonObject } from "../elasticsearch/json.ts";

export interface Declared {
  /** Where it is read and written. */
  readonly path: string;
  /** For the report. */
  readonly name: string;
  readonly body: JsonObject;
  /** Gives the thing itself from the answer to GET. */
  readonly read: (answer: unknown) => unknown;
}

/**
 * Puts a thing there if it is missing or different.
 *
 * @returns What was done; undefined when it was as declared.
 */
export async function declare(client: Client, { path, name, body, read }: Declared): Promise<string | undefined> {
  const answer = await client.find(path);
  const current = answer === undefined ? undefined : read(answer);
  if (covers(body, current)) return undefined;
  await client.request("PUT", path.replace(/\?.*$/, ""), body);
  return isObject(current) ? `changed ${name}` : `created ${name}`;
}
