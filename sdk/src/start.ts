/** The conductor: options, service, the three signals, instrumentations, admin port, the end. */
import { trace } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { health } from "./admin/health.ts";
import { openAdmin } from "./admin/server.ts";
import type { Admin } from "./admin/server.ts";
import { epochMs, followSystemClock } from "./clock.ts";
import { diagnosticCounts, report } from "./diagnostics.ts";
import { findForeignSdk } from "./foreign-sdk.ts";
import { enableInstrumentations } from "./instrumentations/index.ts";
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
import { createScraper } from "./metrics/scrape.ts";
import { observeSelf } from "./metrics/self-metrics.ts";
import { routeOpenTelemetryDiagnostics } from "./open-telemetry-diagnostics.ts";
import { ignoredVariables, resolveOptions } from "./options.ts";
import type { Options, StartOptions } from "./options.ts";
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
  if (running === undefined) return startTelemetry(resolveOptions(input, process.env));
  if (running.copy !== import.meta.url) {
    report(
      "second-sdk",
      `@obsbox/sdk is there twice: ${running.copy} runs, and metrics and checks of ${import.meta.url} are not served; install it once`,
    );
  }
  return running.telemetry;
}

/** What takes the place of exporter and log sink in tests. */
export interface Replacements {
  readonly processor?: SpanProcessor;
  readonly sink?: LogSink;
}

/** Starts with options that are resolved already. */
export function startTelemetry(options: Options, replacements: Replacements = {}): Telemetry {
  const service = describeService(options.service);
  const logs = startLogs(options.logs, service, replacements.sink);
  const telemetry = mayStart(options) ? startAll(options, service, logs, replacements) : logsOnly(service, logs);
  setRunningTelemetry({ telemetry, copy: import.meta.url });
  return telemetry;
}

/** Two SDKs that both register with OpenTelemetry lose data without a word: ours stays off, and says so. */
function mayStart({ service }: Options): boolean {
  if (!service.enabled) return false;
  const foreign = findForeignSdk();
  if (foreign === undefined) return true;
  report("second-sdk", `${foreign} is registered in this process, so obsbox writes logs only; start one of the two`);
  return false;
}

type Logs = ReturnType<typeof startLogs>;

function startAll(options: Options, service: Service, logs: Logs, replacements: Replacements): Telemetry {
  routeOpenTelemetryDiagnostics(options.service.diagnostics);
  reportIgnored(process.env);
  const servesMetrics = options.metrics.exporter.includes("prometheus");
  const admin = openAdmin(options.admin, {
    scrape: servesMetrics ? (accept) => scraper.scrape(accept) : undefined,
    status: () => telemetry.status(),
  });
  const resource = describeResource(service, admin);
  const metrics = startMetrics(options, resource);
  const scraper = createScraper({ collect: metrics.collect, registries: joinedRegistries() });
  const traces = startTraces(options.traces, { resource, meterProvider: metrics.provider, ...replacements });
  const propagation = { missed: 0 };

  for (const registry of options.metrics.registries) instruments.register(registry);
  connectInstruments(metrics);
  const stops = [
    followSystemClock(),
    options.metrics.exporter.includes("none") ? () => {} : startCollectors(metrics),
    observeSelf(metrics, {
      logRecords: logs.records,
      droppedRecords: droppedRecords(),
      diagnostics: diagnosticCounts(),
      missedPropagations: () => propagation.missed,
      scraper,
    }),
    enableInstrumentations(options.instrumentations, {
      tracer: trace.getTracer("@obsbox/sdk", sdkVersion),
      metrics,
      writeAccessLine: logs.writeAccessLine,
      isOwnServer: (server) => admin?.isOwnServer(server) ?? false,
      countMissedPropagation: () => void (propagation.missed += 1),
    }),
  ];

  const { timeoutMs, signals } = options.shutdown;
  const drain = () => health.setReady(false);
  const flush = () => runWithin([logs.flush, traces.flush, metrics.flush], timeoutMs);
  const steps = [drain, traces.stop, metrics.stop, () => admin?.close(), ...stops, logs.stop, () => stopWatching()];
  const shutdown = createShutdown([...steps, () => setRunningTelemetry(undefined)], timeoutMs);
  const stopWatching = watchEnd({ drain, flush, shutdown }, signals);
  const status = createStatus({ service, admin, logs, scraper, traces });
  const telemetry: Telemetry = { forceFlush: flush, shutdown, status, scrape: scraper.scrape };
  void announce(service, admin, telemetry, options.service.quiet);
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
    logs.stop();
    setRunningTelemetry(undefined);
  };
  const scrape = async () => ({ contentType: classicText.contentType, body: "" });
  return { forceFlush: async () => logs.flush(), shutdown, status: createStatus({ service, logs }), scrape };
}

/** The address of the admin port is part of the resource, once the port is open: who gets a span can find `/metrics`. */
function describeResource(service: Service, admin: Admin | undefined): Resource {
  const late = admin === undefined ? {} : { [resourceAttributes.adminUrl]: admin.url.then((url) => url ?? "") };
  const resource = defaultResource().merge(resourceFromAttributes({ ...service.attributes, ...late }));
  void resource.waitForAsyncAttributes?.();
  return resource;
}

/** Says once who runs here and where its telemetry goes: in the log for people, as a span for the backend. */
async function announce(
  service: Service,
  admin: Admin | undefined,
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
