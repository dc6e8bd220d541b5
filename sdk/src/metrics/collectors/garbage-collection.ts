import { constants, PerformanceObserver } from "node:perf_hooks";
import type { PerformanceEntry } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { all, observe } from "../observe.ts";

const boundaries = [0.001, 0.01, 0.1, 1, 10];

const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

/** How long garbage collection takes, and what a major one leaves over. */
export function collectGarbageCollection(pipeline: MetricPipeline): () => void {
  const { name, unit, help: description } = metrics.v8jsGcDuration;
  const durations = pipeline.histograms.histogram({ name, unit, description, boundaries });
  let usedAfterMajor: number | undefined;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = kinds[kindOf(entry)] ?? "unknown";
      durations.series({ [attributes.v8jsGcType]: kind }).record(entry.duration / 1000);
      if (kind === "major") usedAfterMajor = getHeapStatistics().used_heap_size;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return all(
    observe(pipeline, metrics.v8jsMemoryHeapUsedAfterMajorGc, () => usedAfterMajor),
    () => observer.disconnect(),
  );
}

/** Node's types do not tell that entries of garbage collections have a detail. */
function kindOf(entry: PerformanceEntry): number {
  const detail: unknown = Reflect.get(entry, "detail");
  return typeof detail === "object" && detail !== null && "kind" in detail ? Number(detail.kind) : 0;
}
