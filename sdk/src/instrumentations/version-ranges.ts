/** Version ranges in the forms that contributed instrumentations use: `>=4.0.0 <8`, `^1.2.0`, `*`. */

const comparators: Readonly<Record<string, (order: number) => boolean>> = {
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  "<": (order) => order < 0,
  "=": (order) => order === 0,
};

/** Whether a version lies in a range, whose parts, with spaces between, all have to hold. */
export function isInRange(version: string, range: string): boolean {
  if (range === "*") return true;
  return range
    .trim()
    .split(/\s+/)
    .every((part) => {
      const [, comparator = "=", bound = ""] = /^(\^|[<>]=?|=)?(.*)$/.exec(part) ?? [];
      if (comparator === "^") return compareVersions(version, bound) >= 0 && major(version) === major(bound);
      return comparators[comparator]?.(compareVersions(version, bound)) ?? false;
    });
}

/** Negative when the first is the older one. What follows a hyphen does not count. */
export function compareVersions(first: string, second: string): number {
  const [left, right] = [numbersOf(first), numbersOf(second)];
  const difference = left.map((number, index) => number - (right[index] ?? 0)).find((one) => one !== 0);
  return difference ?? 0;
}

function major(version: string): number {
  return numbersOf(version)[0] ?? 0;
}

function numbersOf(version: string): readonly number[] {
  const [one = 0, two = 0, three = 0] =
    version
      .split(/[-+]/, 1)[0]
      ?.split(".")
      .map((part) => Number(part) || 0) ?? [];
  return [one, two, three];
}
