import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { all, byLabel, observe } from "../observe.ts";

/** What the heap holds, by space, and how far it may grow. */
export function collectHeap(pipeline: MetricPipeline): () => void {
  return all(
    observe(pipeline, metrics.v8jsMemoryHeapUsed, () =>
      byLabel(
        attributes.v8jsHeapSpaceName,
        getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]),
      ),
    ),
    observe(pipeline, metrics.v8jsMemoryHeapLimit, () => getHeapStatistics().heap_size_limit),
  );
}
