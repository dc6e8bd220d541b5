/** One measurement: a fresh service on one core, the load and everything else on the others. */
import { execFile, execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Installed } from "./install.ts";
import type { Receiver } from "./receiver.ts";
import { metricsPort, routes } from "./setups.ts";
import type { Route } from "./setups.ts";

const run = promisify(execFile);

const serviceCore = "0";
const connections = 32;
const warmUpSeconds = 3;
const scrapeEveryMs = 5000;

export interface RouteResult {
  readonly requestsPerSecond: number;
  /** CPU time of the whole process, all threads, for one request. */
  readonly cpuUs: number;
}

export interface LoadResult {
  readonly routes: Readonly<Record<Route, RouteResult>>;
  readonly rssMib: number;
  /** Spans that arrived of those that should have; 1 where there are none. */
  readonly delivered: number;
}

/** The service has its core for itself: this process and what it starts for the load stay on the others. */
export function keepOffServiceCore(): void {
  const last = availableParallelism() - 1;
  if (last < 1) throw new Error("this needs two cores: one for the service, one for the load");
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", `1-${last}`, String(process.pid)]);
}

/** Runs both routes under as much load as they bear. */
export async function measureLoad(installed: Installed, receiver: Receiver, seconds: number): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-bench-"));
  const stdout = openSync(join(folder, "stdout"), "w");
  const service = startService(installed, receiver, folder, stdout);
  try {
    const url = await addressOf(service, () => readFileSync(join(folder, "stdout"), "utf8"));
    const scraper = setInterval(() => void scrape(), scrapeEveryMs);
    for (const route of routes) await load(url + route, warmUpSeconds);
    await sleep(500);
    await receiver.takeSpans();
    const results: Partial<Record<Route, RouteResult>> = {};
    let expected = 0;
    for (const route of routes) {
      const before = cpuSeconds(service);
      const { requests, requestsPerSecond } = await load(url + route, seconds);
      results[route] = { requestsPerSecond, cpuUs: ((cpuSeconds(service) - before) * 1e6) / requests };
      expected += requests * installed.setup.spans[route];
    }
    clearInterval(scraper);
    const rssMib = rssOf(service);
    service.kill("SIGTERM");
    await sleep(2000);
    const received = await receiver.takeSpans();
    return { routes: complete(results), rssMib, delivered: expected === 0 ? 1 : received / expected };
  } finally {
    await end(service);
    closeSync(stdout);
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds from the start of the process until it listens. */
export async function measureStartUp(installed: Installed, receiver: Receiver): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "obsbox-bench-"));
  const startedAt = performance.now();
  const service = startService(installed, receiver, folder, "pipe");
  try {
    let text = "";
    service.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    while (!text.includes("listening")) {
      if (service.exitCode !== null) throw new Error(`${installed.setup.name} ended before it listened: ${text}`);
      await sleep(1);
    }
    return performance.now() - startedAt;
  } finally {
    await end(service);
    rmSync(folder, { recursive: true });
  }
}

function startService(
  { setup, folder: cwd }: Installed,
  { url }: Receiver,
  folder: string,
  stdout: number | "pipe",
): ChildProcess {
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    DOWNSTREAM_URL: url,
    LOG_FILE: join(folder, "service.log"),
    OTEL_SERVICE_NAME: "orders",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    ...setup.env,
  };
  const args = ["--cpu-list", serviceCore, process.execPath, ...setup.flags, "app.cjs"];
  return spawn("taskset", args, { cwd, env, stdio: ["ignore", stdout, "inherit"] });
}

async function addressOf(service: ChildProcess, output: () => string): Promise<string> {
  for (;;) {
    const port = /^listening (\d+)$/m.exec(output())?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
    if (service.exitCode !== null) throw new Error(`the service ended before it listened: ${output()}`);
    await sleep(10);
  }
}

async function load(url: string, seconds: number) {
  const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, url]);
  const failed = /Non-2xx.*|Socket errors.*/.exec(stdout)?.[0];
  if (failed !== undefined) throw new Error(`the load on ${url} failed: ${failed}`);
  return {
    requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
  };
}

/** As a Prometheus would; the bare service has nothing to scrape. */
async function scrape(): Promise<void> {
  try {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    await response.text();
  } catch {}
}

/** Linux counts in hundredths of a second. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rssOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const closed = once(service, "close");
  service.kill("SIGKILL");
  await closed;
}

function complete(results: Partial<Record<Route, RouteResult>>): Record<Route, RouteResult> {
  const nothing = { requestsPerSecond: Number.NaN, cpuUs: Number.NaN };
  return { "/hello": results["/hello"] ?? nothing, "/order/42": results["/order/42"] ?? nothing };
}
