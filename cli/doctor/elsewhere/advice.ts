/** From the reasons of single panels to what to do: once for each cause. */
import type { Diagnosis, Reason } from "./diagnose.ts";
import type { Inventory } from "./inventory.ts";
import { otherLabels, sourceOf } from "./sources.ts";

export interface Advice {
  readonly what: string;
  readonly remedy: string;
  readonly panels: number;
  readonly alerts: number;
  /** What is not there. */
  readonly missing: readonly string[];
}

/** @returns What to do, that with the most effect first. */
export function adviceFor(diagnoses: readonly Diagnosis[], inventory: Inventory): readonly Advice[] {
  const causes = new Map<string, Advice>();
  const there = { labels: inventory.labels, sources: new Set([...inventory.metrics].map((one) => sourceOf(one).name)) };
  for (const { kind, empty, firing } of diagnoses) {
    for (const { reasons } of [...empty, ...firing]) {
      for (const [cause, missing] of grouped(reasons, there))
        count(causes, cause, { missing, isPanel: kind === "dashboard" });
    }
  }
  return [...causes.values()].toSorted((a, b) => b.panels + b.alerts - (a.panels + a.alerts));
}

interface There {
  readonly labels: Inventory["labels"];
  /** Sources of which at least one metric is there. */
  readonly sources: ReadonlySet<string>;
}

interface Cause {
  readonly what: string;
  readonly remedy: string;
}

function grouped(reasons: readonly Reason[], there: There): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const reason of reasons) {
    const { what, remedy } = causeOf(reason, there);
    const key = JSON.stringify([what, remedy]);
    groups.set(key, [...(groups.get(key) ?? []), nameOf(reason)]);
  }
  return groups;
}

function count(
  causes: Map<string, Advice>,
  key: string,
  { missing, isPanel }: { readonly missing: readonly string[]; readonly isPanel: boolean },
): void {
  const [what = "", remedy = ""]: readonly string[] = JSON.parse(key);
  const before = causes.get(key) ?? { what, remedy, panels: 0, alerts: 0, missing: [] };
  causes.set(key, {
    ...before,
    panels: before.panels + (isPanel ? 1 : 0),
    alerts: before.alerts + (isPanel ? 0 : 1),
    missing: [...new Set([...before.missing, ...missing])].toSorted(),
  });
}

function causeOf(reason: Reason, { labels, sources }: There): Cause {
  switch (reason.kind) {
    case "metric": {
      const { name, remedy } = sourceOf(reason.metric);
      return sources.has(name)
        ? {
            what: `some metrics of ${name} are not there`,
            remedy: "its version or its flags differ, or what they count has not happened yet",
          }
        : { what: `metrics of ${name} are not there`, remedy };
    }
    case "dialect":
      return {
        what: "metrics have no units in their names, as OpenTelemetry's exporter writes them",
        remedy: "import with --dialect otel-exporter",
      };
    case "label": {
      const there = labels.get(reason.metric) ?? new Set<string>();
      const other = otherLabels[reason.label]?.find((label) => there.has(label));
      const remedy =
        other === undefined
          ? "if another label says it, import with --map"
          : `if ${other} says it there, import with --map ${reason.label}=${other}`;
      return { what: `metrics are there, but without the label ${reason.label}`, remedy };
    }
    case "job":
      return {
        what: `no job is called ${reason.value}`,
        remedy: "call the job of Prometheus so, or relabel it",
      };
  }
}

function nameOf(reason: Reason): string {
  return reason.kind === "dialect" ? `${reason.metric} (there: ${reason.there})` : reason.metric;
}
