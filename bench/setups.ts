/** What is compared: each set-up is the same app with other packages around it. */

export interface Setup {
  readonly name: string;
  /** How it stands in the table. */
  readonly title: string;
  /** The set-up whose requests per second its own are divided by. */
  readonly peer: string | undefined;
  /** Packages besides the app's own, pinned. `file:` stands for the package of this repository. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Flags of Node.js. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Spans of one request on each route, which must reach the receiver. */
  readonly spans: Readonly<Record<Route, number>>;
}

export const routes = ["/hello", "/order/42"] as const;
export type Route = (typeof routes)[number];

/** What the app itself needs. */
export const appDependencies = { express: "5.3.0", pino: "10.4.0" };

const obsbox = {
  dependencies: { "@obsbox/sdk": "file:" },
  flags: ["--import", "@obsbox/sdk/register"],
  spans: { "/hello": 1, "/order/42": 2 },
};

const openTelemetry = {
  dependencies: {
    "@opentelemetry/api": "1.10.0",
    "@opentelemetry/auto-instrumentations-node": "0.82.0",
    "@opentelemetry/exporter-prometheus": "0.300.0",
  },
  flags: ["--require", "@opentelemetry/auto-instrumentations-node/register"],
  spans: { "/hello": 4, "/order/42": 5 },
};

/** A metrics port that is free, for whoever cannot take 0. */
export const metricsPort = 19464;

export const setups: readonly Setup[] = [
  {
    name: "bare",
    title: "bare Express and pino",
    peer: undefined,
    dependencies: {},
    flags: [],
    env: {},
    spans: { "/hello": 0, "/order/42": 0 },
  },
  {
    name: "obsbox",
    title: "obsbox as it comes",
    peer: "opentelemetry",
    ...obsbox,
    env: {},
  },
  {
    name: "opentelemetry",
    title: "OpenTelemetry as it comes",
    peer: undefined,
    ...openTelemetry,
    env: { OTEL_METRICS_EXPORTER: "prometheus" },
  },
  {
    name: "obsbox-same",
    title: "obsbox, the same job",
    peer: "opentelemetry-same",
    ...obsbox,
    env: { OBSBOX_LOG_REQUESTS: "false" },
  },
  {
    name: "opentelemetry-same",
    title: "OpenTelemetry, the same job",
    peer: undefined,
    ...openTelemetry,
    env: { OTEL_METRICS_EXPORTER: "prometheus", OTEL_LOGS_EXPORTER: "none" },
  },
];
