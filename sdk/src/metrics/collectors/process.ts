import { readdirSync, readFileSync } from "node:fs";
import { metrics } from "../../vocabulary.ts";
import type { MetricPipeline } from "../pipeline.ts";
import { all, observe } from "../observe.ts";

/** Above this the system reports no real limit. */
const largestLimit = 2 ** 50;

/** CPU, memory and file descriptors, under the names that Prometheus clients give them. */
export function collectProcess(pipeline: MetricPipeline): () => void {
  const startTime = performance.timeOrigin / 1000;
  return all(
    observe(pipeline, metrics.processCpu, () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    observe(pipeline, metrics.processResidentMemory, () => process.memoryUsage.rss()),
    observe(pipeline, metrics.processVirtualMemory, onLinux(virtualMemory)),
    observe(pipeline, metrics.processConstrainedMemory, constrainedMemory),
    observe(
      pipeline,
      metrics.processOpenFds,
      onLinux(() => readdirSync("/proc/self/fd").length),
    ),
    observe(pipeline, metrics.processMaxFds, onLinux(maxFds)),
    observe(pipeline, metrics.processStartTime, () => startTime),
  );
}

function virtualMemory(): number | undefined {
  const kibibytes = /^VmSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function constrainedMemory(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < largestLimit ? bytes : undefined;
}

function maxFds(): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** What /proc tells; nothing elsewhere, or where it cannot be read. */
function onLinux(read: () => number | undefined): () => number | undefined {
  return () => {
    if (process.platform !== "linux") return undefined;
    try {
      return read();
    } catch {
      return undefined; // A hardened container hides /proc: the metric is absent.
    }
  };
}
