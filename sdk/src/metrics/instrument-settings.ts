/** What instruments are made with. Plain JavaScript may give anything, and one bad text would fail every scrape. */
import { report } from "../diagnostics.ts";
import { isGaugeRule } from "./gauge-rules.ts";
import type { GaugeRule } from "./gauge-rules.ts";

/** @see https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax */
const metricName = /^[a-z][\w./-]{0,254}$/i;

/** Whether a metric may be called so; what may not is said, and counts nothing. */
export function isMetricName(name: unknown): name is string {
  if (typeof name === "string" && metricName.test(name)) return true;
  const shown = typeof name === "string" ? JSON.stringify(name.slice(0, 80)) : typeof name;
  report(
    "metric-name",
    `metric name ${shown} cannot be used; begin with a letter, go on with letters, digits and ._-/`,
  );
  return false;
}

export interface InstrumentSettings {
  readonly description?: string;
  readonly unit?: string;
  readonly buckets?: readonly number[];
  readonly inCluster?: GaugeRule;
}

/** The settings that are what they should be. */
export function settingsOf(options: unknown): InstrumentSettings {
  try {
    return readSettings(options);
  } catch {
    return {}; // A proxy, or a getter that throws.
  }
}

function readSettings(options: unknown): InstrumentSettings {
  if (typeof options !== "object" || options === null) return {};
  const { description, unit, buckets, inCluster }: Readonly<Record<string, unknown>> = { ...options };
  return {
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof unit === "string" ? { unit } : {}),
    ...(isGaugeRule(inCluster) ? { inCluster } : {}),
    ...(Array.isArray(buckets) ? { buckets: buckets.filter((bound) => typeof bound === "number") } : {}),
  };
}
