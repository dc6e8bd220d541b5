/** Sends one log line, one metric and one span the way that the service's own go, and says how far they were seen. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { diagnosticCounts } from "../diagnostics.ts";
import { logger } from "../logs/logger.ts";
import { metrics } from "../metrics/instruments.ts";
import type { Options } from "../options.ts";
import { startTelemetry } from "../start.ts";
import type { Status } from "../telemetry.ts";
import { withSpan } from "../traces/spans.ts";
import type { Facts, Finding, Outcome, Result } from "./finding.ts";
import { skipped } from "./finding.ts";

interface Sent {
  readonly options: Options;
  /** Stands in the line. */
  readonly id: string;
  readonly cwd: string;
  readonly status: Status;
  /** The answer of `/metrics`. */
  readonly scraped: string;
}

const metric = "obsbox.doctor.runs";

/** Ends within the shutdown timeout of the service. */
export async function sendTest(facts: Facts): Promise<readonly Result[]> {
  const options = optionsFor(facts);
  const id = randomUUID();
  const telemetry = startTelemetry(options);
  metrics.counter(metric).add(1);
  await withSpan("obsbox doctor", async () =>
    logger.info({ "event.action": "doctor", "labels.doctor_id": id }, "a test"),
  );
  await telemetry.forceFlush();
  const sent = { options, id, cwd: facts.cwd, status: telemetry.status(), scraped: (await telemetry.scrape()).body };
  await telemetry.shutdown();
  return [
    { name: "test line", ...findLine(sent) },
    { name: "test metric", ...findMetric(sent) },
    { name: "test span", ...findSpan(sent) },
  ];
}

/** Those of the service, with a trace that is kept, and nothing on stdout: that is the report's. */
function optionsFor({ options, service, manifest }: Facts): Options {
  const targets = targetsOf(options).filter((target) => target !== "stdout");
  const isSilent = targets.length === 0;
  const exporter = options.traces.exporter === "console" ? "none" : options.traces.exporter;
  return {
    ...options,
    service: {
      ...options.service,
      enabled: true,
      quiet: true,
      diagnostics: "none",
      serviceName: service,
      serviceVersion: options.service.serviceVersion ?? manifest.version,
    },
    logs: { ...options.logs, level: isSilent ? "silent" : "info", targets: isSilent ? ["stdout"] : targets },
    metrics: { ...options.metrics, cluster: "off" },
    traces: { ...options.traces, exporter, sampler: "always_on" },
    admin: { ...options.admin, enabled: false },
    instrumentations: { enabled: ["none"], disabled: [] },
    shutdown: { ...options.shutdown, signals: false },
  };
}

function targetsOf({ logs }: Options): NonNullable<Options["logs"]["targets"]> {
  if (logs.targets !== undefined) return logs.targets;
  return [
    ...(logs.dir === undefined ? [] : ["file" as const]),
    ...(logs.elasticsearchUrl === undefined ? [] : ["elasticsearch" as const]),
  ];
}

function findLine({ options, id, cwd, status }: Sent): Outcome {
  const { level, dir, targets = [] } = options.logs;
  if (level === "silent") return skipped("lines go to stdout, whose reader is not known here");
  const isLost = Object.keys(status.logs.dropped).length > 0 || status.logs.waitingBytes > 0;
  const isInFile = dir === undefined || !targets.includes("file") || standsIn(resolve(cwd, dir), id);
  const seen = targets.map((target) => (target === "file" ? "read back from its file" : "taken by Elasticsearch"));
  if (isInFile && !isLost) return { seen: seen.join(", "), findings: [] };
  return {
    seen: "lost",
    findings: [lost("a line", Object.keys(status.logs.dropped).join(", ") || "it still waits to be taken")],
  };
}

function standsIn(dir: string, id: string): boolean {
  return readdirSync(dir).some((name) => name.endsWith(".ndjson") && readFileSync(join(dir, name)).includes(id));
}

function findMetric({ options, scraped }: Sent): Outcome {
  const { exporter } = options.metrics;
  if (exporter.includes("none")) return skipped("metrics are switched off");
  const isScraped = scraped.includes("obsbox_doctor_runs_total");
  const isRefused = exporter.includes("otlp") && diagnosticCounts().has("metrics-export-failed");
  if (isScraped && !isRefused) {
    return { seen: exporter.includes("otlp") ? "taken by the receiver" : "written as /metrics does", findings: [] };
  }
  return { seen: "lost", findings: [lost("a metric", isRefused ? "the receiver did not take it" : "")] };
}

function findSpan({ status: { traces } }: Sent): Outcome {
  if (traces === undefined) return skipped("spans go nowhere");
  if (traces.sent > 0 && traces.pending + traces.failed === 0) {
    return { seen: `taken by ${traces.target}`, findings: [] };
  }
  return { seen: "lost", findings: [lost("a span", traces.lastError ?? "no answer yet")] };
}

function lost(what: string, why: string): Finding {
  return {
    level: "failure",
    code: "test-lost",
    what: `${what} did not arrive${why === "" ? "" : `: ${why}`}`,
    remedy: "mend what the checks above found, then run the doctor again",
  };
}
