/** How far the heap may grow before V8 ends the process. */

const mebibyte = 1024 ** 2;

/**
 * Gives the limit of the old generation, which is the one that ends a process. V8 tells only that of the whole heap, with
 * what it sets aside for the young generation: with `--max-old-space-size=100` on a large machine 292 MiB, of which such a
 * process reaches a third.
 *
 * The flag says it exactly. Without one V8 chooses both, and the young generation is at most 3/35 of the whole and 192 MiB
 * (Node.js 22 to 26), so that the limit that is given is never too high, and at most a twelfth too low.
 *
 * @param heapSizeLimit - Of `v8.getHeapStatistics()`, in bytes.
 * @param flags - Of Node.js; of several the last one holds.
 */
export function oldGenerationLimit(heapSizeLimit: number, flags: readonly string[]): number {
  const chosen = flags.flatMap((flag) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(flag)?.[1] ?? []).at(-1);
  const limit = Number(chosen ?? 0) * mebibyte;
  if (limit > 0 && limit <= heapSizeLimit) return limit;
  return heapSizeLimit - Math.min((heapSizeLimit * 3) / 35, 192 * mebibyte);
}

/** Flags of this process; those of the command line go before those of the environment. */
export function flagsOfProcess(): readonly string[] {
  const ofEnvironment = process.env["NODE_OPTIONS"]?.replaceAll('"', "").split(/\s+/) ?? [];
  return [...ofEnvironment, ...process.execArgv];
}
