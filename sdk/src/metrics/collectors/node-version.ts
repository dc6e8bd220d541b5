import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { observe } from "../observe.ts";

/** Which Node.js runs. */
export function collectNodeVersion(pipeline: MetricPipeline): () => void {
  const version = process.versions.node;
  const labels = { [attributes.nodeVersion]: version, [attributes.nodeMajor]: version.split(".")[0] };
  return observe(pipeline, metrics.nodejsVersionInfo, () => [[labels, 1]]);
}
