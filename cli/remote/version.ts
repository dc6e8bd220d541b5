/** Versions as servers tell them. */

/** @returns Whether a version such as `11.6.0-pre` is at least one such as `11.6`; false for what is no version. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [given, least] = [numbersOf(version), numbersOf(oldest)];
  const differs = least.findIndex((number, index) => number !== (given[index] ?? 0));
  return given.length > 0 && (differs === -1 || (given[differs] ?? 0) > (least[differs] ?? 0));
}

function numbersOf(version: string): readonly number[] {
  const [numbers = ""] = /^v?\d+(\.\d+)*/.exec(version) ?? [];
  return numbers === "" ? [] : numbers.replace("v", "").split(".").map(Number);
}
