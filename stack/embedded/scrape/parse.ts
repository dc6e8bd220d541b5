/**
 * Reads what `/metrics` gives, OpenMetrics and the classic text alike.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import type { Exemplar, MetricFamily, MetricSample, MetricType } from "../records.ts";

/** A family that is being read. */
interface Draft {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  readonly samples: MetricSample[];
}

const types: Readonly<Record<string, MetricType>> = {
  counter: "counter",
  gauge: "gauge",
  histogram: "histogram",
  summary: "summary",
  info: "info",
};

/** What follows a family's name in the names of its samples. */
const suffixes = /_(total|bucket|sum|count|info|created)$/;

/** Lines that cannot be read are left out. */
export function parseExposition(text: string): MetricFamily[] {
  const families = new Map<string, Draft>();
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) readHeader(line, families);
    else if (line !== "") readSample(line, families);
  }
  return [...families.values()].filter((family) => family.samples.length > 0);
}

/** Headers stand in any order in front of the samples; only the type makes a family. */
function readHeader(line: string, families: Map<string, Draft>): void {
  const [, keyword, fullName = "", rest = ""] = /^# (TYPE|UNIT|HELP) (\S+) ?(.*)$/.exec(line) ?? [];
  if (keyword === undefined) return;
  const type = keyword === "TYPE" ? (types[rest] ?? "unknown") : undefined;
  const draft = families.get(fullName) ?? { name: fullName, type: "unknown", unit: "", help: "", samples: [] };
  // The classic text names a counter with its suffix, OpenMetrics without.
  const name = type === "counter" ? fullName.replace(/_total$/, "") : fullName;
  families.delete(fullName);
  families.set(name, {
    name,
    type: type ?? draft.type,
    unit: keyword === "UNIT" ? rest : draft.unit,
    help: keyword === "HELP" ? unescape(rest) : draft.help,
    samples: draft.samples,
  });
}

function readSample(line: string, families: Map<string, Draft>): void {
  const [main, exemplar] = splitExemplar(line);
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)/.exec(main);
  if (match === null) return;
  const [, name = "", labels, value] = match;
  if (name.endsWith("_created")) return;
  const family = familyOf(name, families);
  family.samples.push({ name, labels: readLabels(labels), value: toNumber(value), ...readExemplar(exemplar) });
}

function familyOf(name: string, families: Map<string, Draft>): Draft {
  const known = families.get(name) ?? families.get(name.replace(suffixes, ""));
  if (known !== undefined) return known;
  const made: Draft = { name, type: "unknown", unit: "", help: "", samples: [] };
  families.set(name, made);
  return made;
}

/** An exemplar stands behind ` # `, which may also stand in a label's value. */
function splitExemplar(line: string): [string, string?] {
  const end = line.indexOf("}");
  const start = line.indexOf(" # {", end === -1 ? 0 : end);
  return start === -1 ? [line] : [line.slice(0, start), line.slice(start + 3)];
}

function readExemplar(text: string | undefined): { exemplar?: Exemplar } {
  const match = /^(\{.*\}) (\S+)(?: (\S+))?$/.exec(text ?? "");
  if (match === null) return {};
  const { trace_id: traceId, span_id: spanId = "" } = readLabels(match[1]);
  if (traceId === undefined) return {};
  const timeUs = Math.round((match[3] === undefined ? Date.now() / 1000 : Number(match[3])) * 1e6);
  return { exemplar: { traceId, spanId, value: toNumber(match[2]), timeUs } };
}

function readLabels(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of (text ?? "").matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = unescape(value);
  }
  return labels;
}

const escapes: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

function unescape(text: string): string {
  return text.includes("\\") ? text.replace(/\\[n"\\]/g, (escaped) => escapes[escaped] ?? escaped) : text;
}

function toNumber(text: string | undefined): number {
  return Number(text?.replace(/^([+-]?)Inf$/, "$1Infinity"));
}
