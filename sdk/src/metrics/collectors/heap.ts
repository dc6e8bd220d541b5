import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { all, byLabel, observe } from "../observe.ts";
import { flagsOfProcess, oldGenerationLimit } from "./heap-limit.ts";

/** What the heap holds, by space, and how far it may grow. */
export function collectHeap(pipeline: MetricPipeline): () => void {
  const flags = flagsOfProcess();
  return all(
    observe(pipeline, metrics.v8jsMemoryHeapUsed, () =>
      byLabel(
        attributes.v8jsHeapSpaceName,
        getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]),
      ),
    ),
    observe(pipeline, metrics.v8jsMemoryHeapLimit, () =>
      oldGenerationLimit(getHeapStatistics().heap_size_limit, flags),
    ),
  );
}
