/** Labels as they stand between the braces of a sample: `method="GET",status="200"`. */
import type { AttributeValue, Attributes } from "@opentelemetry/api";
import { prometheusLabel } from "../vocabulary.ts";

/** Writes the labels of one series, those of the service first; these cannot be overridden. */
export type LabelWriter = (attributes: Attributes) => string;

/** @param common - Attributes that every series carries. */
export function createLabelWriter(common: Attributes = {}): LabelWriter {
  const prefix = joinLabels(common, new Set());
  const taken = new Set(Object.keys(common).map(labelName));
  return (attributes) => {
    const own = joinLabels(attributes, taken);
    return prefix === "" || own === "" ? prefix + own : `${prefix},${own}`;
  };
}

/** Adds one label to labels already written. */
export function addLabel(written: string, name: string, value: string): string {
  return `${written}${written === "" ? "" : ","}${name}="${escapeLabelValue(value)}"`;
}

/**
 * Writes the upper bound of a bucket in the one form that both formats accept, so that a series does not change
 * with the format: `1.0`, `0.25`, `1e+06`, `+Inf`.
 */
export function formatBound(bound: number): string {
  if (bound === Infinity) return "+Inf";
  if (Math.abs(bound) >= 1e6) return bound.toExponential().replace(/e\+(\d)$/, "e+0$1");
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

/** Escapes what stands between double quotes. */
export function escapeLabelValue(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"') : text;
}

/** Attributes whose names become the same label are joined by `;`, as the specification asks. */
function joinLabels(attributes: Attributes, taken: ReadonlySet<string>): string {
  const labels = new Map<string, string>();
  for (const name in attributes) {
    const value = attributes[name];
    const label = labelName(name);
    if (value === undefined || taken.has(label)) continue;
    const before = labels.get(label);
    labels.set(label, before === undefined ? toText(value) : `${before};${toText(value)}`);
  }
  let written = "";
  for (const [label, value] of labels) written = addLabel(written, label, value);
  return written;
}

/** Names that begin with `__` are Prometheus' own: a series with a second `__name__` makes it refuse the scrape. */
function labelName(attribute: string): string {
  return prometheusLabel(attribute).replace(/^__+/, "_");
}

function toText(value: AttributeValue): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
