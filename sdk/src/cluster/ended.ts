/** What processes counted that have ended: added to what the living count, so that no counter steps back. */
import { report } from "../diagnostics.ts";
import type { Family, Sample } from "../metrics/families.ts";
import { addLabel } from "../metrics/labels.ts";
import { combine, isCount, seriesOf } from "./combine.ts";
import type { Snapshot } from "./snapshot.ts";

/** How long the counts of a version are shown of which no process lives: scrapers have seen them by then. */
const keptMs = 10 * 60_000;

interface Total {
  readonly families: readonly Family[];
  /** When a process with these labels was last known to live. */
  lastAliveMs: number;
}

/** What was counted under one set of common labels. */
export type EndedTotal = Pick<Snapshot, "common" | "families">;

export interface Ended {
  /** Adds the last values of a process. */
  readonly add: (last: EndedTotal) => void;
  /** Forgets versions of which no process has lived for some time. */
  readonly forget: (living: ReadonlySet<string>) => void;
  /** One for each set of common labels. */
  readonly totals: () => readonly EndedTotal[];
}

/** @param seriesLimit - Series of one metric; what is beyond goes into one more, the overflow series. */
export function createEnded(seriesLimit: number, now: () => number = Date.now): Ended {
  const totals = new Map<string, Total>();
  return {
    add({ common, families }) {
      const before = totals.get(common)?.families ?? [];
      const sum = combine([before, families.flatMap(countsOf)]);
      totals.set(common, { families: sum.map((one) => bounded(one, common, seriesLimit)), lastAliveMs: now() });
    },
    forget(living) {
      for (const [common, total] of totals) {
        if (living.has(common)) total.lastAliveMs = now();
        else if (now() - total.lastAliveMs > keptMs) totals.delete(common);
      }
    },
    totals: () => [...totals].map(([common, { families }]) => ({ common, families })),
  };
}

/** The part of a family that still counts after the end: no gauges, no quantiles, no exemplars. */
function countsOf(family: Family): Family[] {
  const samples = family.samples.flatMap((sample) => {
    const { suffix, labels, value } = sample;
    return isCount(family, sample) ? [{ suffix, labels, value }] : [];
  });
  return samples.length === 0 ? [] : [{ ...family, samples }];
}

/** The series that came first stay; those beyond the limit are added up under the overflow label. */
function bounded(family: Family, common: string, limit: number): Family {
  const series = seriesOf(family);
  if (series.size <= limit) return family;
  const overflow = addLabel(common, "otel_metric_overflow", "true");
  const others = [...series].filter(([labels]) => labels !== overflow);
  if (others.length <= limit) return family;
  report(
    "series-limit",
    `metric ${family.name} of processes that have ended has too many series; what is beyond goes into one overflow series`,
  );
  const kept = others.slice(0, limit).flatMap(([, samples]) => samples);
  const beyond = [...others.slice(limit), [overflow, series.get(overflow) ?? []] as const].map(([labels, samples]) => ({
    ...family,
    samples: samples.map((sample) => relabelled(sample, labels, overflow)),
  }));
  const [sum] = combine(beyond.map((one) => [one]));
  return { ...family, samples: [...kept, ...(sum?.samples ?? [])] };
}

/** The bound of a bucket stays. */
function relabelled(sample: Sample, series: string, overflow: string): Sample {
  const bound =
    sample.labels === series ? "" : (/(?:^|,)((?:le|quantile)="[-+.0-9eInf]+")/.exec(sample.labels)?.[1] ?? "");
  return { ...sample, labels: bound === "" ? overflow : `${overflow},${bound}` };
}
