/** Labels as they may be shown: without secrets, of a length that Prometheus takes, and nothing but plain values. */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { redactAttributes } from "../redaction/index.ts";

/** Longest value of a label, in characters. */
const maxLength = 1024;

/** What Prometheus takes of labels of one series, as the box sets it. */
const maxLabels = 64;
const maxNameLength = 256;

/** Makes them so in what has just been collected, before totals are made: series that are the same then become one. */
export function showLabels({ scopeMetrics }: ResourceMetrics): void {
  for (const { metrics } of scopeMetrics) {
    for (const { dataPoints } of metrics) for (const point of dataPoints) showLabelsOf(point);
  }
}

function showLabelsOf(point: ResourceMetrics["scopeMetrics"][number]["metrics"][number]["dataPoints"][number]): void {
  const attributes = shownLabels(point.attributes);
  if (attributes !== point.attributes) Object.assign(point, { attributes });
}

/**
 * Gives labels as they may be shown, the same object when they are so already. Plain JavaScript may have given anything:
 * one series that cannot be read must not cost the scrape.
 */
export function shownLabels<A extends object>(labels: A): A;
export function shownLabels(labels: Attributes): Attributes {
  try {
    if (typeof labels !== "object" || labels === null || ArrayBuffer.isView(labels)) return {};
    const shown = redactAttributes(labels);
    const names = Object.keys(shown);
    if (names.length <= maxLabels && names.every((name) => isShort(name, shown[name]))) return shown;
    const kept = names.filter((name) => name.length <= maxNameLength).slice(0, maxLabels);
    return Object.fromEntries(kept.map((name) => [name, shortened(shown[name])]));
  } catch {
    return {};
  }
}

function isShort(name: string, value: unknown): boolean {
  if (name.length > maxNameLength) return false;
  return typeof value === "string" ? value.length <= maxLength : typeof value !== "object" && typeof value !== "symbol";
}

function shortened(value: unknown): string | number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value);
  return text.slice(0, maxLength);
}
