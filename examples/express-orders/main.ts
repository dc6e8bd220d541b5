/** Starts the three services and sends them visitors, until Ctrl-C. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { visitUntil } from "./load.ts";

const firstPort = Number(process.env["PORT"] ?? 7801);
const urls = { gateway: urlOf(0), orders: urlOf(1), payments: urlOf(2) } as const;
const readyWithinMs = 15_000;

const stop = new AbortController();
const services = Object.entries(urls).map(([name, url]) => startService(name, url));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
for (const service of services) service.once("exit", () => stop.abort());

await Promise.all(Object.values(urls).map(untilReady));
await visitUntil(stop.signal, urls.gateway);
await Promise.all(services.map(endService));

function urlOf(index: number): string {
  return `http://localhost:${firstPort + index}`;
}

function startService(name: string, url: string): ChildProcess {
  const { OTEL_SDK_DISABLED: _ofTheLoad, ...env } = process.env;
  const file = join(import.meta.dirname, name, "server.ts");
  const args = ["--import", "@obsbox/sdk/register", file];
  const own = { PORT: new URL(url).port, ORDERS_URL: urls.orders, PAYMENTS_URL: urls.payments };
  return spawn(process.execPath, args, { cwd: import.meta.dirname, env: { ...env, ...own }, stdio: "inherit" });
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (!stop.signal.aborted && performance.now() < deadline) {
    const isThere = await fetch(url).then(
      () => true, // Whatever it answers.
      () => false,
    );
    if (isThere) return;
    await sleep(100);
  }
}

async function endService(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  service.kill("SIGTERM");
  await once(service, "exit");
}
