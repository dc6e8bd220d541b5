/** What the log path could not keep. Lost records are counted, always. */

const dropped = new Map<string, number>();

/** Counts records that were lost, by reason. */
export function countDropped(reason: string, records = 1): void {
  dropped.set(reason, (dropped.get(reason) ?? 0) + records);
}

export function droppedRecords(): ReadonlyMap<string, number> {
  return dropped;
}
