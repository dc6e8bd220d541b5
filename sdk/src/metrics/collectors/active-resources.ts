import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { byLabel, observe } from "../observe.ts";

/** What keeps the event loop alive: sockets, timers, requests to the system. */
export function collectActiveResources(pipeline: MetricPipeline): () => void {
  return observe(pipeline, metrics.v8jsResourceActive, () => {
    const counts = new Map<string, number>();
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    return byLabel(attributes.v8jsResourceType, counts);
  });
}
