/** What is measured without the service doing anything. A new one: a file here, a row there, its names in vocabulary.ts. */
import type { MetricPipeline } from "../pipeline.ts";
import { all } from "../observe.ts";
import { collectActiveResources } from "./active-resources.ts";
import { collectEventLoop } from "./event-loop.ts";
import { collectGarbageCollection } from "./garbage-collection.ts";
import { collectHeap } from "./heap.ts";
import { collectNodeVersion } from "./node-version.ts";
import { collectProcess } from "./process.ts";

/** Starts a collector and gives what stops it. */
type Collector = (pipeline: MetricPipeline) => () => void;

const collectors: readonly Collector[] = [
  collectActiveResources,
  collectEventLoop,
  collectGarbageCollection,
  collectHeap,
  collectNodeVersion,
  collectProcess,
];

/**
 * Starts all of them.
 *
 * @returns What stops them.
 */
export function startCollectors(pipeline: MetricPipeline): () => void {
  return all(...collectors.map((collect) => collect(pipeline)));
}
