/** Which instruments have more series than the limit. */
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { report } from "../diagnostics.ts";

export interface OverflowCounts {
  /** By instrument: collections in which its overflow series has grown. */
  readonly counts: ReadonlyMap<string, number>;
  note(metrics: ResourceMetrics): void;
}

export function createOverflowCounts(): OverflowCounts {
  const counts = new Map<string, number>();
  const seen = new Map<string, number>();
  return {
    counts,
    note({ scopeMetrics }) {
      for (const { metrics } of scopeMetrics) for (const metric of metrics) noteOverflow(metric, seen, counts);
    },
  };
}

function noteOverflow(metric: MetricData, seen: Map<string, number>, counts: Map<string, number>): void {
  const point = metric.dataPoints.find(({ attributes }) => attributes["otel.metric.overflow"] === true);
  if (point === undefined) return;
  const { name } = metric.descriptor;
  const total = typeof point.value === "number" ? point.value : point.value.count;
  if (seen.get(name) === total) return;
  seen.set(name, total);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  report(
    "series-limit",
    `metric ${name} has too many series; what is new goes into one overflow series; look for a label with unbounded values`,
  );
}
