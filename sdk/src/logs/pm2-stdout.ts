/**
 * In cluster mode PM2 replaces what `process.stdout` does. Only what goes through it gets into the service's log file
 * and into `pm2 logs`; the descriptor itself belongs to PM2's daemon.
 */
import nodeCluster from "node:cluster";
import { pm2Application } from "../cluster/pm2.ts";
import { messageOf, report } from "../diagnostics.ts";
import { countDropped } from "./losses.ts";
import type { LogSink } from "./sink.ts";

const maxLineBytes = 32 * 1024;

/** Whether this process is a worker of PM2 in cluster mode. */
export function isPm2Worker(): boolean {
  return nodeCluster.isWorker && pm2Application(process.env) !== undefined;
}

export function createPm2Sink(): LogSink {
  return {
    maxLineBytes,
    write(line) {
      try {
        process.stdout.write(line);
      } catch (error) {
        countDropped("stdout-closed");
        report("stdout-closed", `log lines cannot be handed to PM2: ${messageOf(error)}`);
      }
    },
    flush() {},
  };
}
