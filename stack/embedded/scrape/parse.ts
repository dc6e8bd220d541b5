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

const types: readonly MetricType[] = ["counter", "gauge", "histogram", "summary", "info"];

/** What follows a family's name in the names of its samples. */
const suffixes = /_(total|bucket|sum|count|info|created)$/;

/** Labels in braces; a value in quotes holds whatever it likes, braces and `#` too. */
const labelSet = String.raw`\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}`;

/** Name, labels and value, perhaps a timestamp, and behind ` # ` labels, value and timestamp of an exemplar. */
const samplePattern = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(${labelSet})? (\S+)(?: [^#\s]\S*)?(?: # (${labelSet}) (\S+)(?: (\S+))?)?`,
);

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
  // The classic text names a counter with its suffix, OpenMetrics without.
  const counterName = fullName.replace(/_total$/, "");
  const counter = families.get(counterName)?.type === "counter" ? families.get(counterName) : undefined;
  const draft = families.get(fullName) ?? counter ?? draftOf(fullName);
  const type = keyword === "TYPE" ? (types.find((known) => known === rest) ?? "unknown") : draft.type;
  const name = type === "counter" ? counterName : fullName;
  families.delete(fullName);
  families.set(name, {
    name,
    type,
    unit: keyword === "UNIT" ? rest : draft.unit,
    help: keyword === "HELP" ? unescape(rest) : draft.help,
    samples: draft.samples,
  });
}

function readSample(line: string, families: Map<string, Draft>): void {
  const [, name = "", labels, given, ...exemplar] = samplePattern.exec(line) ?? [];
  const value = toNumber(given);
  if (value === undefined || (name.endsWith("_created") && !families.has(name))) return;
  familyOf(name, families).samples.push({ name, labels: readLabels(labels), value, ...readExemplar(exemplar) });
}

function familyOf(name: string, families: Map<string, Draft>): Draft {
  const known = families.get(name) ?? families.get(name.replace(suffixes, ""));
  if (known !== undefined) return known;
  const made = draftOf(name);
  families.set(name, made);
  return made;
}

function draftOf(name: string): Draft {
  return { name, type: "unknown", unit: "", help: "", samples: [] };
}

function readExemplar([labels, given, time]: readonly (string | undefined)[]): { exemplar?: Exemplar } {
  const { trace_id: traceId, span_id: spanId = "" } = readLabels(labels);
  const value = toNumber(given);
  const timeUs = Math.round((time === undefined ? Date.now() / 1000 : Number(time)) * 1e6);
  if (traceId === undefined || value === undefined || Number.isNaN(value) || !Number.isSafeInteger(timeUs)) return {};
  return { exemplar: { traceId, spanId, value, timeUs } };
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

function toNumber(text: string | undefined): number | undefined {
  const value = Number(text?.replace(/^([+-]?)inf(inity)?$/i, "$1Infinity"));
  return Number.isNaN(value) && text?.toLowerCase() !== "nan" ? undefined : value;
}
