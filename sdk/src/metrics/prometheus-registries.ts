/**
 * Registries of prom-client and @prometheus-io/client on the same `/metrics`. Their JSON is serialised by us, because
 * joining texts is only valid in the classic format.
 */
import { messageOf, report } from "../diagnostics.ts";
import type { PrometheusRegistry } from "../option-parsers.ts";
import { shownLabels } from "./secrets.ts";
import type { Family, Sample, SampleExemplar } from "./families.ts";
import { isGaugeRule } from "./gauge-rules.ts";
import { createLabelWriter, formatBound } from "./labels.ts";
import type { LabelWriter } from "./labels.ts";

interface RegistryMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How prom-client joins the values of several workers. */
  readonly aggregator?: string;
  readonly values: readonly RegistryValue[];
}

interface RegistryValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: RegistryLabels;
  readonly exemplar?: { readonly labelSet: RegistryLabels; readonly value: number; readonly timestamp?: number } | null;
}

type RegistryLabels = Readonly<Record<string, string | number>>;

const writeLabels = createLabelWriter();

/** Default metrics of these clients that the SDK has as well: ours are shown, without a word. */
const isDefaultMetric = (name: string) => /^(nodejs|process)_/.test(name);

/**
 * Gives the families of all registries whose names are not taken yet. A family is never renamed; one whose name is
 * taken is left out and named once a minute.
 */
export async function registryFamilies(
  registries: Iterable<PrometheusRegistry>,
  taken: ReadonlySet<string>,
  writeSeries: LabelWriter,
): Promise<Family[]> {
  const families = new Map<string, Family>();
  for (const registry of registries) {
    for (const metric of await readRegistry(registry)) {
      const family = familyOrNone(metric, writeSeries);
      if (family === undefined) continue;
      if (!taken.has(family.name) && !families.has(family.name)) families.set(family.name, family);
      else if (!isDefaultMetric(metric.name)) {
        report(
          "metric-name-taken",
          `metric ${metric.name} of a Prometheus registry is left out: the name is taken; rename it`,
        );
      }
    }
  }
  return [...families.values()];
}

async function readRegistry(registry: PrometheusRegistry): Promise<readonly RegistryMetric[]> {
  try {
    const metrics: unknown = await registry.getMetricsAsJSON();
    return Array.isArray(metrics) ? metrics.filter(isMetric) : [];
  } catch (error) {
    report("registry-failed", `a Prometheus registry could not be read: ${messageOf(error)}; its metrics are left out`);
    return [];
  }
}

function isMetric(metric: unknown): metric is RegistryMetric {
  return typeof metric === "object" && metric !== null && "name" in metric && "values" in metric && "type" in metric;
}

/** One metric that is not as it should be must not cost the others. */
function familyOrNone(metric: RegistryMetric, writeSeries: LabelWriter): Family | undefined {
  try {
    if (/^[a-zA-Z_:][\w:]*$/.test(metric.name)) return toFamily(metric, writeSeries);
    report("registry-failed", `a metric of a Prometheus registry has a name that Prometheus refuses; it is left out`);
  } catch (error) {
    report("registry-failed", `a metric of a Prometheus registry cannot be read: ${messageOf(error)}; it is left out`);
  }
  return undefined;
}

function toFamily({ name, help, type, values, aggregator }: RegistryMetric, writeSeries: LabelWriter): Family {
  const isCounter = type === "counter" && name.endsWith("_total");
  const familyName = isCounter ? name.slice(0, -"_total".length) : name;
  let hides = false;
  const all = values.map(({ metricName = name, labels, value, exemplar }): Sample => {
    const suffix = metricName.slice(familyName.length);
    const shown = shownLabels(labels);
    hides ||= shown !== labels;
    return { suffix, labels: writeSeries(withBounds(shown)), value, exemplar: toSampleExemplar(exemplar) };
  });
  const samples = hides ? mergedSamples(all, type === "gauge") : all;
  const text = typeof help === "string" ? help : "";
  const family = {
    name: familyName,
    type: isCounter ? "counter" : familyType(type),
    unit: "",
    help: text,
    samples,
  } as const;
  const rule = aggregator === "average" ? "mean" : aggregator;
  return isGaugeRule(rule) ? { ...family, rule } : family;
}

/** Series that differed by a secret are one now: counts add up, of gauges the last one holds. */
function mergedSamples(samples: readonly Sample[], isGauge: boolean): Sample[] {
  const merged = new Map<string, Sample>();
  for (const sample of samples) {
    const key = `${sample.suffix} ${sample.labels}`;
    const before = isGauge ? undefined : merged.get(key);
    merged.set(key, before === undefined ? sample : { ...sample, value: before.value + sample.value });
  }
  return [...merged.values()];
}

/** OpenMetrics knows no counter without `_total`; shown as unknown it keeps its name. */
function familyType(type: string): Family["type"] {
  return type === "gauge" || type === "histogram" || type === "summary" ? type : "unknown";
}

/** Bounds come as numbers or as `+Inf`; they are written as those of our own histograms. */
function withBounds(labels: RegistryLabels): RegistryLabels {
  const { le, quantile } = labels;
  if (le !== undefined) return { ...labels, le: toBound(le) };
  return quantile === undefined ? labels : { ...labels, quantile: toBound(quantile) };
}

function toBound(bound: string | number): string {
  return formatBound(bound === "+Inf" ? Infinity : Number(bound));
}

function toSampleExemplar(exemplar: RegistryValue["exemplar"]): SampleExemplar | undefined {
  if (exemplar === undefined || exemplar === null) return undefined;
  const { labelSet, value, timestamp } = exemplar;
  return {
    labels: writeLabels(shownLabels(labelSet)),
    value,
    timeMs: timestamp === undefined ? undefined : timestamp * 1000,
  };
}
