/** The conductor: options, service, the three signals, instrumentations, admin port, the end. */
import { isMainThread } from "node:worker_threads";
import { trace } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { health } from "./admin/health.ts";
import { epochMs, followSystemClock } from "./clock.ts";
import { joinCluster } from "./cluster/cluster.ts";
import type { AdminPort } from "./cluster/cluster.ts";
import { connectColoring } from "./coloring/color-request.ts";
import { createColoring } from "./coloring/coloring.ts";
import { diagnosticCounts, report } from "./diagnostics.ts";
import { clearUnusedRegistry, findForeignSdk, watchForAgents } from "./foreign-sdk.ts";
import { enableInstrumentations } from "./instrumentations/index.ts";
import { lastSuccesses } from "./last-success.ts";
import { watchForCrash } from "./lifecycle/crash.ts";
import { uncaughtCounts } from "./lifecycle/crashes.ts";
import { createShutdown, runWithin } from "./lifecycle/shutdown.ts";
import { watchEnd } from "./lifecycle/signals.ts";
import { droppedRecords } from "./logs/losses.ts";
import { logger } from "./logs/logger.ts";
import { startLogs } from "./logs/pipeline.ts";
import type { LogSink } from "./logs/sink.ts";
import { startCollectors } from "./metrics/collectors/index.ts";
import { classicText } from "./metrics/exposition.ts";
import { connectInstruments, joinedRegistries, metrics as instruments } from "./metrics/instruments.ts";
import { startMetrics } from "./metrics/pipeline.ts";
import { createScraper, createSnapshots } from "./metrics/scrape.ts";
import { observeSelf } from "./metrics/self-metrics.ts";
import { routeOpenTelemetryDiagnostics } from "./open-telemetry-diagnostics.ts";
import { ignoredVariables, resolveOptions } from "./options.ts";
import type { Options, StartOptions } from "./options.ts";
import { ownFile } from "./own-files.ts";
import { configureRedaction } from "./redaction/index.ts";
import { describeService, sdkVersion } from "./resource.ts";
import type { Service } from "./resource.ts";
import { createStatus } from "./status.ts";
import { runningTelemetry, setRunningTelemetry } from "./telemetry.ts";
import type { Telemetry } from "./telemetry.ts";
import { startTraces } from "./traces/pipeline.ts";
import { resourceAttributes } from "./vocabulary.ts";

/**
 * Starts the SDK: logs, metrics and traces of this process. Calling it again, or after `--import @obsbox/sdk/register`,
 * gives the SDK that runs already.
 *
 * @param input - Everything has a default and most an environment variable; see `docs/configuration.md`.
 * @returns A handle to flush, stop and ask. Once it is returned nothing of the SDK throws into the service.
 * @throws OptionsError that lists every option that cannot be used.
 * @example
 * import { start } from "@obsbox/sdk";
 * start({ serviceName: "orders", traces: { endpoint: "http://localhost:4318" } });
 */
export function start(input: StartOptions = {}): Telemetry {
  const running = runningTelemetry();
  if (running === undefined) return startTelemetry(resolveOptions(input ?? {}, process.env));
  if (running.copy !== copy) {
    report(
      "second-sdk",
      `@obsbox/sdk is there twice: ${running.copy} runs, and metrics and checks of ${copy} are not served; install it once`,
    );
  }
  return running.telemetry;
}

/** Where this copy of the package is. */
const copy = ownFile("..").href;

/**
 * What takes the place of exporter and log sink in tests.
 *
 * @internal
 */
export interface Replacements {
  readonly processor?: SpanProcessor;
  readonly sink?: LogSink;
}

/**
 * Starts with options that are resolved already.
 *
 * @internal
 */
export function startTelemetry(options: Options, replacements: Replacements = {}): Telemetry {
  configureRedaction(options.redaction);
  const service = describeService(options.service);
  const logs = startLogs(options.logs, service, replacements.sink);
  const telemetry = mayStart(options) ? startAll(options, service, logs, replacements) : logsOnly(service, logs);
  setRunningTelemetry({ telemetry, copy });
  return telemetry;
}

/** Two SDKs that both register with OpenTelemetry lose data without a word: ours stays off, and says so. */
function mayStart({ service }: Options): boolean {
  if (!service.enabled) return false;
  const foreign = findForeignSdk();
  if (foreign !== undefined) {
    report("second-sdk", `${foreign} runs in this process already, so obsbox writes logs only; start one of the two`);
    return false;
  }
  clearUnusedRegistry();
  return true;
}

type Logs = ReturnType<typeof startLogs>;

function startAll(options: Options, service: Service, logs: Logs, replacements: Replacements): Telemetry {
  routeOpenTelemetryDiagnostics(options.service.diagnostics);
  reportIgnored(process.env);
  const cluster = joinCluster(options, service, {
    snapshot: () => snapshot(),
    scrape: (accept) => scraper.scrape(accept),
    status: () => telemetry.status(),
  });
  const { admin } = cluster;
  const resource = describeResource(service, admin);
  const metrics = startMetrics(options, resource);
  const snapshot = createSnapshots({ collect: metrics.collect, registries: joinedRegistries() });
  const scraper = createScraper(cluster.families);
  const coloring = createColoring(options.coloring);
  connectColoring(coloring);
  const traces = startTraces(options.traces, { resource, meterProvider: metrics.provider, coloring, ...replacements });
  const propagation = { missed: 0 };

  for (const registry of options.metrics.registries) instruments.register(registry);
  connectInstruments(metrics);
  const stops = [
    followSystemClock(),
    watchForAgents(),
    coloring.stop,
    () => connectColoring(undefined),
    // What is measured of a process is measured in its main thread.
    options.metrics.exporter.includes("none") || !isMainThread ? () => {} : startCollectors(metrics),
    observeSelf(metrics, {
      logRecords: logs.records,
      droppedRecords: droppedRecords(),
      logQueueBytes: logs.waitingBytes,
      diagnostics: diagnosticCounts(),
      uncaughtExceptions: uncaughtCounts(),
      missedPropagations: () => propagation.missed,
      coloring,
      sampling: traces.sampling,
      spans: traces.counts,
      lastSuccesses: lastSuccesses(),
      cluster: cluster.counts,
      scraper,
    }),
    enableInstrumentations(options.instrumentations, {
      tracer: trace.getTracer("@obsbox/sdk", sdkVersion),
      metrics,
      writeAccessLine: logs.writeAccessLine,
      colorIncoming: coloring.colorIncoming,
      isOwnServer: (server) => admin?.isOwnServer(server) ?? false,
      countMissedPropagation: () => void (propagation.missed += 1),
    }),
  ];

  const { timeoutMs, signals, crashTimeoutMs, reportDir } = options.shutdown;
  const drain = () => health.setReady(false);
  const flush = () => runWithin([logs.flush, traces.flush, metrics.flush, cluster.publish], timeoutMs);
  const isPaused = () => traces.status()?.isPaused ?? false;
  const exit = { timeoutMs: crashTimeoutMs, unsent: traces.unsent, isPaused };
  const stopCrash = watchForCrash({ service: service.name, reportDir, ...exit });
  const stopMetrics = async () => {
    await cluster.leave();
    await metrics.stop();
  };
  cluster.tellCrashes(uncaughtCounts());
  const steps = [drain, traces.stop, stopMetrics, ...stops, logs.stop, () => stopWatching()];
  // The admin port says until the end that the service is not ready.
  const last = [() => admin?.close(), stopCrash];
  const shutdown = createShutdown([...steps, () => setRunningTelemetry(undefined)], timeoutMs, last);
  const stopWatching = watchEnd({ drain, flush, shutdown }, signals);
  const status = createStatus({ service, admin, cluster: cluster.status, logs, scraper, traces });
  const telemetry: Telemetry = { forceFlush: flush, shutdown, status, scrape: cluster.scrape };
  if (isMainThread) void announce(service, admin, telemetry, options.service.quiet);
  return telemetry;
}

function reportIgnored(env: NodeJS.ProcessEnv): void {
  for (const [name, remedy] of Object.entries(ignoredVariables)) {
    const value = env[name] ?? "none";
    if (value !== "none") report(`ignored-${name}`, `${name}=${value} has no effect; ${remedy}`);
  }
}

/** The logger works, and so do all calls; nothing is measured. */
function logsOnly(service: Service, logs: Logs): Telemetry {
  const shutdown = async () => {
    await logs.stop();
    setRunningTelemetry(undefined);
  };
  const scrape = async () => ({ contentType: classicText.contentType, body: "" });
  return { forceFlush: logs.flush, shutdown, status: createStatus({ service, logs }), scrape };
}

/** The address of the admin port is part of the resource, once the port is open: who gets a span can find `/metrics`. */
function describeResource(service: Service, admin: AdminPort | undefined): Resource {
  const late = admin === undefined ? {} : { [resourceAttributes.adminUrl]: admin.url.then((url) => url ?? "") };
  const resource = defaultResource().merge(resourceFromAttributes({ ...service.attributes, ...late }));
  void resource.waitForAsyncAttributes?.();
  return resource;
}

/** Says once who runs here and where its telemetry goes: in the log for people, as a span for the backend. */
async function announce(
  service: Service,
  admin: AdminPort | undefined,
  telemetry: Telemetry,
  quiet: boolean,
): Promise<void> {
  const url = await admin?.url;
  trace
    .getTracer("@obsbox/sdk", sdkVersion)
    .startSpan("service start", { startTime: epochMs(0) })
    .end(epochMs());
  if (quiet) return;
  const traces = telemetry.status().traces?.target ?? "nowhere (set OTEL_EXPORTER_OTLP_ENDPOINT)";
  const metrics = url === undefined ? "nowhere" : `${url}/metrics`;
  const name = [service.name, service.version].filter(Boolean).join(" ");
  logger.info(
    { "event.action": "service-start" },
    `obsbox ${sdkVersion} observes ${name}: traces to ${traces}, metrics at ${metrics}`,
  );
}
