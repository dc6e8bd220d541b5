/**
 * One set of families out of those of several processes: counts are added up, gauges follow their rules, of exemplars
 * the latest holds.
 */
import { report } from "../diagnostics.ts";
import type { Family, Sample, SampleExemplar } from "../metrics/families.ts";
import { gaugeRuleOf } from "../metrics/gauge-rules.ts";
import type { GaugeRule } from "../metrics/gauge-rules.ts";

/** One metric of all processes, one entry for each series: what each process has of it. */
interface Gathered {
  readonly family: Family;
  readonly series: Map<string, (readonly Sample[])[]>;
}

/** @param parts - The families of each process, of the one that answers first. */
export function combine(parts: readonly (readonly Family[])[]): Family[] {
  const gathered = new Map<string, Gathered>();
  for (const families of parts) for (const family of families) gather(gathered, family);
  return [...gathered.values()].flatMap(({ family, series }) => {
    const samples = [...series.values()].flatMap((ofAll) => joined(family, ofAll));
    return samples.length === 0 ? [] : [{ ...family, samples }];
  });
}

function gather(gathered: Map<string, Gathered>, family: Family): void {
  const known = gathered.get(family.name) ?? { family, series: new Map<string, (readonly Sample[])[]>() };
  if (known.family.type !== family.type) {
    const types = `${known.family.type} and ${family.type}`;
    report("cluster-metric-conflict", `metric ${family.name} is ${types} in two processes; the second is left out`);
    return;
  }
  gathered.set(family.name, known);
  for (const [key, samples] of seriesOf(family)) {
    const ofAll = known.series.get(key);
    if (ofAll === undefined) known.series.set(key, [samples]);
    else ofAll.push(samples);
  }
}

/** Labels that tell the samples of one series apart, and of `target_info` the processes of one service. */
const within: Partial<Record<Family["type"], RegExp>> = {
  histogram: /(?:^|,)le="[-+.0-9eInf]+"/,
  summary: /(?:^|,)quantile="[-+.0-9eInf]+"/,
};
const ofProcess = /(?:^|,)(?:process_pid|service_instance_id)="(?:[^"\\]|\\.)*"/g;

/** The series of a family by their labels. */
export function seriesOf(family: Family): Map<string, Sample[]> {
  const bound = within[family.type];
  const series = new Map<string, Sample[]>();
  for (const sample of family.type === "info" ? family.samples.map(withoutProcess) : family.samples) {
    const key = bound === undefined ? sample.labels : sample.labels.replace(bound, "").replace(/^,/, "");
    const samples = series.get(key);
    if (samples === undefined) series.set(key, [sample]);
    else samples.push(sample);
  }
  return series;
}

function withoutProcess(sample: Sample): Sample {
  return { ...sample, labels: sample.labels.replace(ofProcess, "").replace(/^,/, "") };
}

function joined(family: Family, ofAll: readonly (readonly Sample[])[]): readonly Sample[] {
  const [first = []] = ofAll;
  if (family.type === "info") return first.slice(0, 1);
  const same = ofAll.filter((samples) => isSameShape(first, samples));
  if (same.length < ofAll.length) {
    report("cluster-buckets", `metric ${family.name} has other buckets in another process; those are left out`);
  }
  return first.flatMap((sample, index) => {
    const all = same.flatMap((samples) => samples[index] ?? []);
    const value = isCount(family, sample) ? total(all) : reduced(ruleOf(family), all);
    return value === undefined ? [] : [{ ...sample, value, exemplar: latest(all) }];
  });
}

function isSameShape(first: readonly Sample[], second: readonly Sample[]): boolean {
  return (
    first.length === second.length &&
    first.every(({ suffix, labels }, index) => suffix === second[index]?.suffix && labels === second[index].labels)
  );
}

/** Whether a value only grows, so that processes add up and one that has ended still counts. */
export function isCount({ type }: Family, { suffix }: Sample): boolean {
  return type === "counter" || type === "histogram" || type === "unknown" || (type === "summary" && suffix !== "");
}

/**
 * Multiples of this add up without rounding, in whatever order. Otherwise the total of the same values could come out
 * lower by its last bit when they are added in another order, and to Prometheus that is a counter that began anew.
 */
const grid = 2 ** 20;
const largestOnGrid = 2 ** 33;

/** Upwards, so that a value that was shown as it is does not step back. */
function onGrid(value: number): number {
  return Math.abs(value) < largestOnGrid ? Math.ceil(value * grid) / grid : value;
}

function total(samples: readonly Sample[]): number {
  let sum = 0;
  for (const { value } of samples) sum += onGrid(value);
  return sum;
}

/** The worst quantile is shown: quantiles do not add up. */
function ruleOf({ type, name, rule }: Family): GaugeRule {
  return type === "summary" ? "max" : (rule ?? gaugeRuleOf(name));
}

const reducers: Readonly<Record<GaugeRule, (values: readonly number[]) => number | undefined>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  first: (values) => values[0],
  omit: () => undefined,
};

function reduced(rule: GaugeRule, samples: readonly Sample[]): number | undefined {
  return reducers[rule](samples.map(({ value }) => value));
}

function latest(samples: readonly Sample[]): SampleExemplar | undefined {
  let found: SampleExemplar | undefined;
  for (const { exemplar } of samples) {
    if (exemplar === undefined) continue;
    if (found === undefined || (exemplar.timeMs ?? 0) > (found.timeMs ?? 0)) found = exemplar;
  }
  return found;
}
