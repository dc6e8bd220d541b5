/** What is compared: each set-up is the same app with other packages around it. Versions change here and nowhere else. */
import type { RouteName } from "./routes.ts";
import type { Addresses } from "./sink/sink.ts";

export interface Setup {
  readonly name: string;
  /** How it stands in the tables. */
  readonly title: string;
  /** The set-up of obsbox that does the most similar job. */
  readonly counterpart?: string;
  /** Packages besides the app's own, pinned. `pack:` stands for the package of this repository. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Flags of Node.js. */
  readonly flags: readonly string[];
  readonly env?: (at: Addresses) => Readonly<Record<string, string>>;
  /** Spans of one request on each route that it observes; on others it is not measured. */
  readonly spans: Readonly<Partial<Record<RouteName, number>>>;
  /** The share of requests whose spans are sent; `own` where an agent chooses by itself. */
  readonly sampling: number | "own";
  /** The library that makes metrics for a Prometheus, and where they are read. */
  readonly metrics?: "OpenTelemetry" | "prom-client";
}

/** What the app itself needs. */
export const appDependencies = { express: "5.3.0", fastify: "5.12.8", pg: "8.23.1", pino: "10.4.0" };

const otlp = ({ url, metricsPort }: Addresses) => ({
  OTEL_SERVICE_NAME: "orders",
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
  OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
});

/** Without those of clouds, which ask addresses outside this machine. */
const localDetectors = { OTEL_NODE_RESOURCE_DETECTORS: "env,host,os,process,serviceinstance" };
const tenPercent = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.1" };

const obsbox = {
  dependencies: { "@obsbox/sdk": "pack:" },
  flags: ["--import", "@obsbox/sdk/register"],
  spans: { hello: 1, order: 2, row: 2, fastify: 1 },
  sampling: 1,
  metrics: "OpenTelemetry",
} as const;

const stock = {
  dependencies: {
    "@opentelemetry/api": "1.10.0",
    "@opentelemetry/auto-instrumentations-node": "0.82.0",
    "@opentelemetry/exporter-prometheus": "0.300.0",
  },
  flags: ["--require", "@opentelemetry/auto-instrumentations-node/register"],
  spans: { hello: 4, order: 5, row: 6, fastify: 1 },
  sampling: 1,
  metrics: "OpenTelemetry",
} as const;

const lean = {
  dependencies: {
    "@opentelemetry/api": "1.10.0",
    "@opentelemetry/exporter-prometheus": "0.301.0",
    "@opentelemetry/exporter-trace-otlp-proto": "0.301.0",
    "@opentelemetry/instrumentation-express": "0.72.0",
    "@opentelemetry/instrumentation-http": "0.301.0",
    "@opentelemetry/instrumentation-pino": "0.70.0",
    "@opentelemetry/instrumentation-undici": "0.34.0",
    "@opentelemetry/sdk-node": "0.301.0",
  },
  flags: ["--require", "./lean-opentelemetry.cjs"],
  spans: { hello: 2, order: 3 },
  sampling: 1,
  metrics: "OpenTelemetry",
} as const;

export const setups: readonly Setup[] = [
  {
    name: "bare",
    title: "bare",
    dependencies: {},
    flags: [],
    spans: { hello: 0, order: 0, row: 0, fastify: 0 },
    sampling: 1,
  },
  { name: "obsbox", title: "obsbox as it comes", ...obsbox, env: otlp },
  {
    name: "obsbox-same",
    title: "obsbox, the same job",
    ...obsbox,
    env: (at) => ({ ...otlp(at), OBSBOX_LOG_REQUESTS: "false" }),
  },
  {
    name: "obsbox-sampled",
    title: "obsbox, the same job, 10 % sampled",
    ...obsbox,
    sampling: 0.1,
    env: (at) => ({ ...otlp(at), ...tenPercent, OBSBOX_LOG_REQUESTS: "false" }),
  },
  {
    name: "stock",
    title: "OpenTelemetry, stock",
    counterpart: "obsbox",
    ...stock,
    env: (at) => ({ ...otlp(at), ...localDetectors, OTEL_METRICS_EXPORTER: "prometheus" }),
  },
  {
    name: "stock-same",
    title: "OpenTelemetry, stock, the same job",
    counterpart: "obsbox-same",
    ...stock,
    env: (at) => ({
      ...otlp(at),
      ...localDetectors,
      OTEL_METRICS_EXPORTER: "prometheus",
      OTEL_LOGS_EXPORTER: "none",
    }),
  },
  {
    name: "lean",
    title: "OpenTelemetry, lean",
    counterpart: "obsbox-same",
    ...lean,
    env: otlp,
  },
  {
    name: "lean-sampled",
    title: "OpenTelemetry, lean, 10 % sampled",
    counterpart: "obsbox-sampled",
    ...lean,
    sampling: 0.1,
    env: (at) => ({ ...otlp(at), ...tenPercent }),
  },
  {
    name: "edot",
    title: "Elastic's distribution (EDOT)",
    counterpart: "obsbox",
    dependencies: { "@elastic/opentelemetry-node": "1.18.0" },
    flags: ["--import", "@elastic/opentelemetry-node"],
    spans: { hello: 4, order: 5, row: 6, fastify: 1 },
    sampling: 1,
    env: (at) => ({ ...otlp(at), ...localDetectors }),
  },
  {
    name: "dd-trace",
    title: "Datadog, dd-trace",
    counterpart: "obsbox-same",
    dependencies: { "dd-trace": "6.21.0" },
    flags: ["--require", "dd-trace/init"],
    spans: { hello: 3, order: 4, row: 4, fastify: 1 },
    sampling: 1,
    env: ({ url }) => ({ DD_SERVICE: "orders", DD_TRACE_AGENT_URL: url }),
  },
  {
    name: "sentry",
    title: "Sentry",
    counterpart: "obsbox-same",
    dependencies: { "@sentry/node": "11.12.0" },
    flags: ["--require", "./sentry.cjs"],
    spans: { hello: 2, order: 3, row: 4, fastify: 3 },
    sampling: 1,
    env: ({ port }) => ({ SENTRY_DSN: `http://key@127.0.0.1:${port}/1` }),
  },
  {
    name: "newrelic",
    title: "New Relic",
    counterpart: "obsbox-same",
    dependencies: { newrelic: "14.5.1" },
    flags: ["--require", "newrelic"],
    spans: { hello: 3, order: 4, row: 4, fastify: 2 },
    sampling: "own",
    env: ({ securePort, authorityFile }) => ({
      NEW_RELIC_APP_NAME: "orders",
      NEW_RELIC_LICENSE_KEY: "0".repeat(40),
      NEW_RELIC_HOST: "127.0.0.1",
      NEW_RELIC_PORT: String(securePort),
      NODE_EXTRA_CA_CERTS: authorityFile,
      ...Object.fromEntries(
        ["AWS", "AZURE", "AZUREFUNCTION", "GCP", "PCF"].map((cloud) => [
          `NEW_RELIC_UTILIZATION_DETECT_${cloud}`,
          "false",
        ]),
      ),
    }),
  },
  {
    name: "prom-bundle",
    title: "express-prom-bundle and pino-http",
    counterpart: "obsbox",
    dependencies: { "express-prom-bundle": "8.0.0", "pino-http": "11.0.0", "prom-client": "15.1.3" },
    flags: [],
    spans: { hello: 0, order: 0 },
    sampling: 1,
    metrics: "prom-client",
    env: () => ({ MIDDLEWARE: "./prom-bundle.cjs" }),
  },
  {
    name: "ecs-pino",
    title: "@elastic/ecs-pino-format",
    dependencies: { "@elastic/ecs-pino-format": "1.5.0" },
    flags: [],
    // Only its lines are measured.
    spans: {},
    sampling: 1,
  },
];
