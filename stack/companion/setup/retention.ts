/** Times as Elasticsearch writes them. */

const units = [
  ["d", 864e5],
  ["h", 36e5],
  ["m", 6e4],
  ["s", 1e3],
] as const;

/**
 * Writes a time in the largest unit that divides it: Elasticsearch knows no weeks.
 *
 * @example
 * elasticsearchTime(14 * 86_400_000); // "14d"
 */
export function elasticsearchTime(ms: number): string {
  const [unit, length] = units.find(([, length]) => ms % length === 0) ?? ["s", 1000];
  return `${Math.ceil(ms / length)}${unit}`;
}
