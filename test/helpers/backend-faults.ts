/**
 * A service under load while its backend is at fault, beside the same service that sends nothing, and beside the same
 * service with OpenTelemetry as it comes.
 */
import { join } from "node:path";
import { startFault } from "./faulty-receiver.ts";
import type { Fault } from "./faulty-receiver.ts";
import { fixtures, register, startProgram } from "./run-program.ts";
import type { Program } from "./run-program.ts";
import { adminUrl } from "./scrape.ts";
import { percentile, runSteadyLoad } from "./steady-load.ts";

export interface Vitals {
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly handles: number;
  readonly rejections: number;
}

/** How a service was during the load. */
export interface Course {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly vitals: Vitals;
  /** Resident memory at each sample, the first one after the warm-up. */
  readonly rssMiB: readonly number[];
}

export interface FaultReport {
  readonly fault: Fault;
  readonly faulty: Course;
  /** The same service without an exporter. */
  readonly silent: Course;
  /** The same service with OpenTelemetry as it comes. */
  readonly stock: Course;
  readonly traces: { readonly made: number; readonly sent: number; readonly failed: number; readonly pending: number };
  /** Lines on stderr. */
  readonly warnings: readonly string[];
  readonly end: number | NodeJS.Signals;
  /** From SIGTERM to the end of the process. */
  readonly endMs: number;
  /** How the end of OpenTelemetry's providers went. */
  readonly stockEnd: string;
}

export interface FaultRun {
  readonly perSecond: number;
  readonly seconds: number;
  /** Samples of memory. */
  readonly samples: number;
}

const warmUpSeconds = 3;

export async function runWithFault(fault: Fault, { perSecond, seconds, samples }: FaultRun): Promise<FaultReport> {
  await using backend = await startFault(fault);
  const quiet = { OBSBOX_LOG_REQUESTS: "false", OTEL_BSP_SCHEDULE_DELAY: undefined };
  const address = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  const pushes = { OTEL_METRICS_EXPORTER: "prometheus,otlp", OTEL_METRIC_EXPORT_INTERVAL: "1000" };
  await using faulty = startProgram("fault-service.mjs", { flags: register, env: { ...quiet, ...address, ...pushes } });
  await using silent = startProgram("fault-service.mjs", { flags: register, env: quiet });
  const stockFlags = ["--import", join(fixtures, "stock-traces.mjs")];
  await using stock = startProgram("fault-service.mjs", { flags: stockFlags, env: { ...quiet, ...address } });
  const ports = await Promise.all([faulty, silent, stock].map((program) => program.port()));

  await runSteadyLoad(ports, { perSecond, seconds: warmUpSeconds, path });
  const courses = (await Promise.all(ports.map(vitalsOf))).map(({ rssMiB }) => new CourseSamples(rssMiB));
  for (let sample = 0; sample < samples; sample++) {
    const times = await runSteadyLoad(ports, { perSecond, seconds: seconds / samples, path });
    const vitals = await Promise.all(ports.map(vitalsOf));
    for (const [index, course] of courses.entries()) course.add(times[index], vitals[index]);
  }
  const [ofFaulty, ofSilent, ofStock] = courses.map((course) => course.summary());
  if (ofFaulty === undefined || ofSilent === undefined || ofStock === undefined)
    throw new Error("nothing was measured");

  const traces = await tracesOf(faulty);
  const began = performance.now();
  const end = await faulty.end("SIGTERM");
  const endMs = performance.now() - began;
  await Promise.all([silent.end("SIGTERM"), stock.end("SIGTERM")]);
  const stockEnd = /^shutdown (.*)$/m.exec(stock.stdout())?.[1] ?? "nothing was said";
  const warnings = faulty.stderr().trimEnd().split("\n").filter(Boolean);
  return { fault, faulty: ofFaulty, silent: ofSilent, stock: ofStock, traces, warnings, end, endMs, stockEnd };
}

function path(request: number): string {
  return `/orders/${request % 1000}`;
}

/** A line for the output of a test. */
export function describeReport({ fault, faulty, silent, stock, traces, warnings, ...ends }: FaultReport): string {
  const describe = ({ p50Ms, p99Ms, vitals, rssMiB }: Course) => {
    const growth = (rssMiB.at(-1) ?? 0) - (rssMiB[0] ?? 0);
    const loop = `event loop p99 ${vitals.loopP99Ms.toFixed(1)} max ${vitals.loopMaxMs.toFixed(0)}`;
    return `p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms, ${loop} ms, memory +${growth.toFixed(0)} MiB`;
  };
  return [
    `${fault}: ${describe(faulty)}; ${traces.made} spans made, ${traces.sent} sent, ${traces.failed} lost, ` +
      `${traces.pending} pending, ${warnings.length} warnings; ended by ${ends.end} after ${(ends.endMs / 1000).toFixed(1)} s`,
    `  without export: ${describe(silent)}`,
    `  OpenTelemetry: ${describe(stock)}; shutdown ${ends.stockEnd}`,
    "",
  ].join("\n");
}

class CourseSamples {
  readonly #times: number[] = [];
  readonly #vitals: Vitals[] = [];
  readonly #rssMiB: number[];

  constructor(rssMiB: number) {
    this.#rssMiB = [rssMiB];
  }

  add(times: readonly number[] = [], vitals?: Vitals): void {
    for (const time of times) this.#times.push(time);
    if (vitals === undefined) return;
    this.#vitals.push(vitals);
    this.#rssMiB.push(vitals.rssMiB);
  }

  summary(): Course {
    const sorted = this.#times.toSorted((one, other) => one - other);
    const most = (name: keyof Vitals) => Math.max(...this.#vitals.map((vitals) => vitals[name]));
    return {
      p50Ms: percentile(sorted, 50),
      p99Ms: percentile(sorted, 99),
      rssMiB: this.#rssMiB,
      vitals: {
        loopP99Ms: most("loopP99Ms"),
        loopMaxMs: most("loopMaxMs"),
        rssMiB: most("rssMiB"),
        heapMiB: most("heapMiB"),
        handles: most("handles"),
        rejections: most("rejections"),
      },
    };
  }
}

/** Asks the program of `fault-service.mjs`. */
export async function vitalsOf(port: number): Promise<Vitals> {
  return (await fetch(`http://127.0.0.1:${port}/vitals`)).json() as Promise<Vitals>;
}

async function tracesOf(program: Program): Promise<FaultReport["traces"]> {
  const response = await fetch(`${await adminUrl(program)}/statusz`);
  return ((await response.json()) as { traces: FaultReport["traces"] }).traces;
}
