/** Starts the three services and sends them visitors, until Ctrl-C. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { visitUntil } from "./load.ts";

const ports = { gateway: "7801", orders: "7802", payments: "7803" } as const;
const readyWithinMs = 15_000;

const stop = new AbortController();
const services = Object.entries(ports).map(([name, port]) => startService(name, port));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
for (const service of services) service.once("exit", () => stop.abort());

await Promise.all(Object.values(ports).map((port) => untilReady(`http://localhost:${port}/`)));
await visitUntil(stop.signal, `http://localhost:${ports.gateway}`);
await Promise.all(services.map(endService));

function startService(name: string, port: string): ChildProcess {
  const { OTEL_SDK_DISABLED: _ofTheLoad, ...env } = process.env;
  const file = join(import.meta.dirname, name, "server.ts");
  const args = ["--import", "@obsbox/sdk/register", file];
  return spawn(process.execPath, args, { cwd: import.meta.dirname, env: { ...env, PORT: port }, stdio: "inherit" });
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
