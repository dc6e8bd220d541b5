/** Times and sizes as they stand in tables. */

const ages: readonly (readonly [limit: number, size: number, unit: string])[] = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [2 * 86_400, 3600, "h"],
  [Number.POSITIVE_INFINITY, 86_400, "d"],
];

/** `42 s`, `7 min`, `30 h`, `12 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  const [, size, unit] = ages.find(([limit]) => seconds < limit) ?? [0, 1, "s"];
  return `${Math.floor(seconds / size)} ${unit}`;
}

export function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
