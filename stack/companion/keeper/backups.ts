/** How old the newest backup is. */
import type { Client } from "../elasticsearch/client.ts";
import { listAt, numberAt, textAt } from "../elasticsearch/json.ts";
import { observeBackupAge } from "./metrics.ts";

/** The repository that backups go to. */
const repository = "obsbox";

/** @returns The job: reads when the newest successful snapshot ended. */
export function createBackupWatch(elasticsearch: Client): () => Promise<void> {
  let newestMs: number | undefined;
  observeBackupAge(() => (newestMs === undefined ? undefined : (Date.now() - newestMs) / 1000));
  return async () => {
    newestMs = await newestBackup(elasticsearch);
  };
}

/** @returns When the newest successful snapshot ended, milliseconds since 1970; undefined when there is none. */
export async function newestBackup(elasticsearch: Client): Promise<number | undefined> {
  const path = `/_snapshot/${repository}/*?sort=start_time&order=desc&size=50&ignore_unavailable=true`;
  const answer = await elasticsearch.find(path); // Without the repository there is none either.
  const ends = listAt(answer, "snapshots")
    .filter((snapshot) => textAt(snapshot, "state") === "SUCCESS")
    .map((snapshot) => numberAt(snapshot, "end_time_in_millis") ?? 0);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
