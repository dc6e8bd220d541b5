/**
 * Writes metric families as text, in the classic Prometheus format or in OpenMetrics.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import { setImmediate } from "node:timers/promises";
import type { Family, Sample } from "./families.ts";
import { escapeLabelValue } from "./labels.ts";

export interface ExpositionFormat {
  readonly contentType: string;
  /** The line under which the samples of a family stand. */
  readonly header: (family: Family) => string;
  readonly hasExemplars: boolean;
  readonly end: string;
}

export const openMetrics: ExpositionFormat = {
  contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  header: ({ name, type, unit, help }) => {
    const unitName = unitNames[unit];
    const hasUnit = unitName !== undefined && name.endsWith(`_${unitName}`);
    return `# TYPE ${name} ${type}\n${hasUnit ? `# UNIT ${name} ${unitName}\n` : ""}# HELP ${name} ${escapeLabelValue(help)}\n`;
  },
  hasExemplars: true,
  end: "# EOF\n",
};

export const classicText: ExpositionFormat = {
  contentType: "text/plain; version=0.0.4; charset=utf-8",
  header: ({ name, type, help }) => {
    const fullName = name + (type === "counter" ? "_total" : type === "info" ? "_info" : "");
    return `# HELP ${fullName} ${escapeHelp(help)}\n# TYPE ${fullName} ${classicTypes[type] ?? type}\n`;
  },
  hasExemplars: false,
  end: "",
};

const unitNames: Readonly<Record<string, string>> = { s: "seconds", ms: "milliseconds", By: "bytes", "1": "ratio" };
const classicTypes: Readonly<Record<string, string>> = { info: "gauge", unknown: "untyped" };

/** Samples after which the event loop gets a turn. */
const sliceSize = 2000;

/** Writes the families; gives the event loop a turn every few thousand samples. */
export async function writeFamilies(families: readonly Family[], format: ExpositionFormat): Promise<string> {
  const parts: string[] = [];
  let untilTurn = sliceSize;
  for (const family of families) {
    parts.push(format.header(family));
    for (const sample of family.samples) {
      parts.push(writeSample(family.name, sample, format));
      if (--untilTurn > 0) continue;
      untilTurn = sliceSize;
      await setImmediate();
    }
  }
  return parts.join("") + format.end;
}

/**
 * Chooses the format that a client asks for in its Accept header: OpenMetrics where it is accepted and not less
 * wanted than the classic text.
 */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  const ranges = typeof accept === "string" ? accept.toLowerCase().split(",") : [];
  const wanted = (type: string) =>
    Math.max(0, ...ranges.map((range) => (range.trim().startsWith(type) ? quality(range) : 0)));
  const openMetricsQuality = wanted("application/openmetrics-text");
  return openMetricsQuality > 0 && openMetricsQuality >= wanted("text/plain") ? openMetrics : classicText;
}

function quality(range: string): number {
  return Number(/;\s*q=([0-9.]+)/.exec(range)?.[1] ?? 1);
}

function writeSample(name: string, { suffix, labels, value, exemplar }: Sample, format: ExpositionFormat): string {
  const sample = `${name}${suffix}${labels === "" ? "" : `{${labels}}`} ${formatValue(value)}`;
  if (exemplar === undefined || !format.hasExemplars) return `${sample}\n`;
  const time = exemplar.timeMs === undefined ? "" : ` ${(exemplar.timeMs / 1000).toFixed(3)}`;
  return `${sample} # {${exemplar.labels}} ${formatValue(exemplar.value)}${time}\n`;
}

function formatValue(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}
