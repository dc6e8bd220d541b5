/** What one request waits for while the service has time to spare: a fixed rate, the same for all set-ups. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Latency } from "./client/steady.ts";
import { routes } from "./routes.ts";
import type { Delay } from "./service.ts";
import { startSubject } from "./subject.ts";
import type { Subject, Surroundings } from "./subject.ts";
import { saturate } from "./wrk.ts";

const run = promisify(execFile);
const client = join(import.meta.dirname, "client", "main.ts");

/** Of what the bare service bears. */
export const shareOfMaximum = 0.35;
export const latencyRoute = "order";

export interface LatencyResult extends Latency {
  /** How much later than it should the event loop of the service came round. */
  readonly delay: Delay;
}

export interface LatencySettings extends Surroundings {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly requestsPerSecond: number;
}

export async function measureLatency(subject: Subject, settings: LatencySettings): Promise<LatencyResult> {
  await using service = await startSubject(subject, routes[latencyRoute].program, settings);
  const url = `http://127.0.0.1:${service.port}${routes[latencyRoute].path}`;
  await saturate(url, settings.warmUpSeconds);
  await ask(url, settings.requestsPerSecond, settings.warmUpSeconds);
  await service.ask("watch");
  const latency = await ask(url, settings.requestsPerSecond, settings.seconds);
  return { ...latency, delay: await service.ask("delay") };
}

/** What the set-up bears on the route whose latency is measured. */
export async function maximumOf(subject: Subject, settings: Omit<LatencySettings, "requestsPerSecond">) {
  await using service = await startSubject(subject, routes[latencyRoute].program, settings);
  const url = `http://127.0.0.1:${service.port}${routes[latencyRoute].path}`;
  await saturate(url, settings.warmUpSeconds);
  return (await saturate(url, settings.seconds)).requestsPerSecond;
}

async function ask(url: string, requestsPerSecond: number, seconds: number): Promise<Latency> {
  const { stdout } = await run(process.execPath, [client, url, String(requestsPerSecond), String(seconds)]);
  return JSON.parse(stdout);
}
