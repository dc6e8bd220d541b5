/** Numbers, times and durations for people. */

/** `0.4 ms`, `12 ms`, `1.25 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  if (milliseconds < 0.9995) return `${(milliseconds * 1000).toFixed(0)} µs`;
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** `14:03:05`, in the browser's time zone. */
export function time(timeUs: number): string {
  const date = new Date(timeUs / 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** `14:03:05.123`. */
export function clock(timeUs: number): string {
  return `${time(timeUs)}.${String(Math.floor(timeUs / 1000) % 1000).padStart(3, "0")}`;
}

/** Date and time, for titles. */
export function dateTime(timeUs: number): string {
  return new Date(timeUs / 1000).toLocaleString();
}

export function percent(ratio: number): string {
  if (ratio === 0) return "0 %";
  return ratio < 0.001 ? "< 0.1 %" : `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)} %`;
}

/** `0.25/s`, `12/s`, `1.2k/s`. */
export function rate(perSecond: number): string {
  return `${short(perSecond)}/s`;
}

/** A number with three digits that matter. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 1e4) return `${digits(value / 1e3)}k`;
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 0.01 || value === 0 ? String(digits(value)) : value.toExponential(1);
}

/** Rounded to three digits; as a number, because the text of one beyond a thousand has an exponent. */
function digits(value: number): number {
  return Number(value.toPrecision(3));
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(value) / 10));
  return `${digits(value / 1024 ** power)} ${byteUnits[power]}`;
}

/** A value of a metric by its unit. */
export function inUnit(value: number, unit: string): string {
  if (unit === "s" || unit === "seconds") return duration(value * 1000);
  if (unit === "By" || unit === "bytes") return bytes(value);
  if (unit === "1" || unit === "ratio") return percent(value);
  return short(value);
}
