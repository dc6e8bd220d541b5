/** Values of options: numbers, times, sizes. */
import { UserError } from "./errors.ts";

const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnits: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** The smallest window that holds anything. */
const minWindowBytes = 4 * 1024 ** 2;

export function parseInteger(option: string, given: string | undefined, min: number, max: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given ?? "") && value >= min && value <= max) return value;
  throw wrong(option, given, `a whole number from ${min} to ${max}`);
}

/** A timer that is to wait for longer does not wait at all. */
const maxTimerMs = 2 ** 31 - 1;

/** Time of a timer: `500ms`, `30s`, `24h`, in milliseconds. */
export function parseDuration(option: string, given: string | undefined): number {
  const value = durationOf(given ?? "");
  if (value === undefined) throw wrong(option, given, "a time such as 500ms, 30s, 15m, 24h or 7d");
  return Math.min(value, maxTimerMs);
}

/** An age, a size, or both: `24h,512MiB`. What is not given stays at a day, and at 512 MiB. */
export function parseRetention(given: string): { readonly maxAgeMs: number; readonly maxBytes: number } {
  const limits = { maxAgeMs: 86_400_000, maxBytes: 512 * 1024 ** 2 };
  for (const part of given.split(",").map((text) => text.trim())) {
    const age = durationOf(part);
    const size = sizeOf(part);
    if (age !== undefined) limits.maxAgeMs = age;
    else if (size !== undefined && size >= minWindowBytes) limits.maxBytes = size;
    else throw wrong("--retention", given, "an age, a size of 4MiB or more, or both, for instance 24h,512MiB");
  }
  return limits;
}

function durationOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const value = Number(digits) * (timeUnits[unit] ?? Number.NaN);
  return value > 0 ? value : undefined;
}

function sizeOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)(KiB|MiB|GiB)$/.exec(text) ?? [];
  const value = Number(digits) * (sizeUnits[unit] ?? Number.NaN);
  return value > 0 ? value : undefined;
}

function wrong(option: string, given: string | undefined, expected: string): UserError {
  return new UserError(`${option}: got ${JSON.stringify(given ?? "")}`, { hint: `expected ${expected}`, exitCode: 2 });
}
