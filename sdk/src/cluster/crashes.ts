/**
 * A process that crashes takes along what it has counted since the last scrape. That it has crashed is told at once:
 * there is no other moment for it.
 */
import { guard } from "../diagnostics.ts";
import type { Family } from "../metrics/families.ts";
import { addLabel } from "../metrics/labels.ts";
import { attributes, metrics, prometheusName } from "../vocabulary.ts";

/** @param common - Labels that every series of the process carries. */
export function crashFamily(common: string, counts: ReadonlyMap<string, number>): Family {
  const { unit, help, type } = metrics.uncaughtExceptions;
  const samples = [...counts].map(([event, value]) => ({
    suffix: "_total",
    labels: addLabel(common, attributes.event, event),
    value,
  }));
  return { name: prometheusName(metrics.uncaughtExceptions).slice(0, -"_total".length), type, unit, help, samples };
}

/**
 * Calls back after Node.js has told the others that nobody catches an exception; nothing asynchronous may follow.
 *
 * @returns What stops it.
 */
export function onCrash(tell: () => void): () => void {
  const listener = guard("crash", tell);
  process.on("uncaughtExceptionMonitor", listener);
  return () => void process.removeListener("uncaughtExceptionMonitor", listener);
}
