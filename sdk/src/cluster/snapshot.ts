/** What one process shows at one moment, and how it travels to the process that shows all. */
import type { Family, Sample, SampleExemplar } from "../metrics/families.ts";
import type { GaugeRule } from "../metrics/gauge-rules.ts";

export interface Snapshot {
  /** Labels that every series of the process carries, as text. */
  readonly common: string;
  readonly families: readonly Family[];
  /** Rises with each snapshot of one process. */
  readonly sequence: number;
}

/** JSON knows no infinities. */
type Value = number | "NaN" | "Infinity" | "-Infinity";

type EncodedExemplar = readonly [index: number, labels: string, value: Value, timeMs: number | null];

/**
 * A family as JSON. Of each sample the characters that its labels share with the sample before are counted instead of
 * repeated: the buckets of a series differ in one bound only.
 */
type EncodedFamily = readonly [
  name: string,
  type: Family["type"],
  unit: string,
  help: string,
  rule: GaugeRule | null,
  samples: readonly (number | string)[],
  exemplars: readonly EncodedExemplar[],
];

/** Holds what JSON can hold. */
export interface EncodedSnapshot {
  readonly common: string;
  readonly families: readonly EncodedFamily[];
  readonly sequence: number;
}

export function encodeSnapshot({ families, ...rest }: Snapshot): EncodedSnapshot {
  return { ...rest, families: families.map(encodeFamily) };
}

export function decodeSnapshot({ families, ...rest }: EncodedSnapshot): Snapshot {
  return { ...rest, families: families.map(decodeFamily) };
}

function encodeFamily({ name, type, unit, help, rule, samples }: Family): EncodedFamily {
  const cells: (number | string)[] = [];
  const exemplars: EncodedExemplar[] = [];
  let before = "";
  for (const [index, { suffix, labels, value, exemplar }] of samples.entries()) {
    const key = `${suffix}{${labels}`;
    const shared = sharedLength(before, key);
    cells.push(shared, key.slice(shared), toValue(value));
    before = key;
    if (exemplar !== undefined) {
      exemplars.push([index, exemplar.labels, toValue(exemplar.value), exemplar.timeMs ?? null]);
    }
  }
  return [name, type, unit, help, rule ?? null, cells, exemplars];
}

function decodeFamily([name, type, unit, help, rule, cells, encodedExemplars]: EncodedFamily): Family {
  const exemplars = new Map(encodedExemplars.map(([index, ...exemplar]) => [index, toExemplar(exemplar)]));
  const samples: Sample[] = [];
  let key = "";
  for (let cell = 0; cell < cells.length; cell += 3) {
    key = key.slice(0, Number(cells[cell])) + String(cells[cell + 1]);
    const end = key.indexOf("{");
    const exemplar = exemplars.get(samples.length);
    samples.push({ suffix: key.slice(0, end), labels: key.slice(end + 1), value: Number(cells[cell + 2]), exemplar });
  }
  return { name, type, unit, help, samples, ...(rule === null ? {} : { rule }) };
}

function toExemplar([labels, value, timeMs]: readonly [string, Value, number | null]): SampleExemplar {
  return { labels, value: Number(value), timeMs: timeMs ?? undefined };
}

function toValue(value: number): Value {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

function sharedLength(before: string, after: string): number {
  let length = 0;
  while (length < before.length && before.charCodeAt(length) === after.charCodeAt(length)) length += 1;
  return length;
}
