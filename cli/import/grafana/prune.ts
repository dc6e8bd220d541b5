/** Dashboards that an earlier import made and that are no longer part of the package. */
import type { Server } from "../../remote/server.ts";
import { findDashboards, readDashboard } from "./api.ts";
import type { Stored } from "./api.ts";
import { contentDigest, readMark } from "./mark.ts";

export interface Removal {
  readonly uid: string;
  readonly before: Stored;
  /** Somebody has changed it there: it stays. */
  readonly isChanged: boolean;
}

/** @param shipped - Uids of all dashboards that there are now. */
export async function findRemovals(server: Server, shipped: readonly string[]): Promise<readonly Removal[]> {
  const uids = (await findDashboards(server, { tag: "obsbox" })).filter(
    (uid) => uid.startsWith("obsbox-") && !shipped.includes(uid),
  );
  const removals: Removal[] = [];
  for (const uid of uids) {
    const before = await readDashboard(server, uid);
    const mark = before === undefined ? undefined : readMark(before.model);
    if (before === undefined || mark === undefined || before.isProvisioned) continue;
    removals.push({ uid, before, isChanged: contentDigest(before.model) !== mark.stored });
  }
  return removals;
}
