/** Sends the whole corpus as one person and tells what came of it. */
import type { Edge } from "../edge.ts";
import { exchange } from "../wire.ts";
import type { Reply } from "../wire.ts";
import type { Variant } from "./variants.ts";

export interface Outcome {
  readonly variant: Variant;
  readonly reply: Reply;
}

/** Requests under way at the same moment. */
const width = 16;

/** @param identity - Lines of headers that say, or claim to say, who asks. */
export async function runCorpus({ door }: Edge, variants: readonly Variant[], identity: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = variants.values();
  const worker = async () => {
    for (const variant of left) {
      const way = variant.servername === undefined ? {} : { servername: variant.servername };
      outcomes.push({ variant, reply: await exchange(door, variant.text(identity), { ...way, timeoutMs: 20_000 }) });
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}

/** How often each status was seen, for the report of a run. */
export function countStatuses(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { reply } of outcomes) {
    for (const status of reply.statuses.length === 0 ? [0] : reply.statuses) counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}
