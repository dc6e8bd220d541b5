import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { IntervalHistogram } from "node:perf_hooks";
import { attributes, metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { all, byLabel, observe } from "../observe.ts";

/** Milliseconds between two samples of the delay; an idle loop shows about as much. */
const resolution = 10;

const nanosecondsPerSecond = 1e9;

const delays = [
  [metrics.nodejsEventloopDelayMin, (delay: IntervalHistogram) => delay.min],
  [metrics.nodejsEventloopDelayMax, (delay: IntervalHistogram) => delay.max],
  [metrics.nodejsEventloopDelayMean, (delay: IntervalHistogram) => delay.mean],
  [metrics.nodejsEventloopDelayStddev, (delay: IntervalHistogram) => delay.stddev],
  [metrics.nodejsEventloopDelayP50, (delay: IntervalHistogram) => delay.percentile(50)],
  [metrics.nodejsEventloopDelayP90, (delay: IntervalHistogram) => delay.percentile(90)],
  [metrics.nodejsEventloopDelayP99, (delay: IntervalHistogram) => delay.percentile(99)],
] as const;

/** How busy the event loop is and how late it runs its timers. */
export function collectEventLoop(pipeline: MetricPipeline): () => void {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  let before = performance.eventLoopUtilization();
  return all(
    observe(pipeline, metrics.nodejsEventloopUtilization, () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    }),
    observe(pipeline, metrics.nodejsEventloopTime, () => {
      const { active, idle } = performance.eventLoopUtilization();
      return byLabel(attributes.nodejsEventloopState, [
        ["active", active / 1000],
        ["idle", idle / 1000],
      ]);
    }),
    ...delays.map(([metric, statistic], index) =>
      observe(pipeline, metric, () => {
        const seconds = delay.count === 0 ? undefined : statistic(delay) / nanosecondsPerSecond;
        if (index === delays.length - 1) delay.reset(); // Each collection tells of the time since the one before.
        return seconds;
      }),
    ),
    () => delay.disable(),
  );
}
