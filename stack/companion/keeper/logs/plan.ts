/** Which backing indices of log data streams go: pure decisions. Their age is the lifecycle's matter, the size is ours. */

export interface BackingIndex {
  readonly name: string;
  readonly bytes: number;
  /** When its last line came, which is when the next index of its stream was made; undefined while lines go into it. */
  readonly endedMs: number | undefined;
}

/** A write index of more than this share of the limit makes way for a new one, so that what is deleted is little. */
const writeShare = 0.1;

/** The write indices that are too large to be deleted as one when the time comes. */
export function planRollovers(indices: readonly BackingIndex[], maxBytes: number): readonly BackingIndex[] {
  return indices.filter(({ endedMs, bytes }) => endedMs === undefined && bytes > maxBytes * writeShare);
}

/** The indices with the oldest lines that have to go for the rest to fit; never one that lines go into. */
export function planDeletions(indices: readonly BackingIndex[], maxBytes: number): readonly BackingIndex[] {
  let bytes = indices.reduce((sum, index) => sum + index.bytes, 0);
  const oldestFirst = indices
    .flatMap((index) => (index.endedMs === undefined ? [] : [{ index, endedMs: index.endedMs }]))
    .toSorted((a, b) => a.endedMs - b.endedMs || a.index.name.localeCompare(b.index.name));
  const over: BackingIndex[] = [];
  for (const { index } of oldestFirst) {
    if (bytes <= maxBytes) break;
    over.push(index);
    bytes -= index.bytes;
  }
  return over;
}
