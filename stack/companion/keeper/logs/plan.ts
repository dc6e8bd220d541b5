/** Which backing indices of log data streams go: pure decisions. Their age is the lifecycle's matter, the size is ours. */

export interface BackingIndex {
  readonly name: string;
  readonly bytes: number;
  readonly createdMs: number;
  /** New lines go into it: it cannot be deleted. */
  readonly isWriteIndex: boolean;
}

/** A write index of more than this share of the limit makes way for a new one, so that what is deleted is little. */
const writeShare = 0.1;

/** The write indices that are too large to be deleted as one when the time comes. */
export function planRollovers(indices: readonly BackingIndex[], maxBytes: number): readonly BackingIndex[] {
  return indices.filter(({ isWriteIndex, bytes }) => isWriteIndex && bytes > maxBytes * writeShare);
}

/** The oldest indices that have to go for the rest to fit; never a write index. */
export function planDeletions(indices: readonly BackingIndex[], maxBytes: number): readonly BackingIndex[] {
  let bytes = indices.reduce((sum, index) => sum + index.bytes, 0);
  const oldestFirst = indices
    .filter(({ isWriteIndex }) => !isWriteIndex)
    .toSorted((a, b) => a.createdMs - b.createdMs || a.name.localeCompare(b.name));
  const over: BackingIndex[] = [];
  for (const index of oldestFirst) {
    if (bytes <= maxBytes) break;
    over.push(index);
    bytes -= index.bytes;
  }
  return over;
}
