/**
 * An open loop: requests become due at a fixed rate, whether or not earlier ones are answered, and each is timed from the
 * moment at which it was due. One that must wait for a free connection waits on the clock (no coordinated omission).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "../statistics.ts";
import { connect } from "./connection.ts";
import { Schedule } from "./schedule.ts";

export interface SteadyLoad {
  readonly url: URL;
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** The share of requests that was answered; less than all is a service over its capacity. */
  readonly answered: number;
  /** How late the client itself was at the most, which nobody is charged for. */
  readonly clientLateMs: number;
}

const connectionCount = 64;
/** The shortest that a timer of Node.js can be. */
const tickMs = 1;
/** For the answers to the last requests. */
const graceMs = 1000;

export async function steadyLoad({ url, requestsPerSecond, seconds }: SteadyLoad): Promise<Latency> {
  const connections = await Promise.all(Array.from({ length: connectionCount }, () => connect(url)));
  const schedule = new Schedule(connections, () => performance.now());
  const startedAt = performance.now();
  const total = Math.floor(requestsPerSecond * seconds);
  let due = 0;
  let clientLateMs = 0;
  while (due < total) {
    await sleep(tickMs);
    const now = performance.now();
    const dueNow = Math.min(total, Math.floor(((now - startedAt) / 1000) * requestsPerSecond));
    if (dueNow > due) clientLateMs = Math.max(clientLateMs, now - startedAt - ((due + 1) / requestsPerSecond) * 1000);
    // From when the client could have sent it: its own timer is not the service's fault.
    for (; due < dueNow; due++) schedule.add(now);
  }
  const until = performance.now() + graceMs;
  while (schedule.latenciesMs.length < total && performance.now() < until) await sleep(tickMs);
  for (const connection of connections) connection.close();
  return { ...summarise(schedule.latenciesMs, total), clientLateMs };
}

/** The requests without an answer are those of a service that is over its capacity. */
export function summarise(latenciesMs: readonly number[], total: number): Omit<Latency, "clientLateMs"> {
  return {
    p50Ms: quantile(latenciesMs, 0.5),
    p90Ms: quantile(latenciesMs, 0.9),
    p99Ms: quantile(latenciesMs, 0.99),
    answered: latenciesMs.length / total,
  };
}
