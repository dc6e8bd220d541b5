/** The one table of options: name, environment variable, default, parser and the line of the documents. */
import { OptionsError } from "./errors.ts";
import type { OptionProblem } from "./errors.ts";
import {
  bytes,
  flag,
  integer,
  keyValues,
  list,
  number,
  oneOf,
  registries,
  someOf,
  text,
  url,
} from "./option-parsers.ts";
import type { Parser, PrometheusRegistry } from "./option-parsers.ts";

export interface ServiceOptions {
  readonly enabled: boolean;
  readonly serviceName: string | undefined;
  readonly serviceVersion: string | undefined;
  readonly environment: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly quiet: boolean;
  readonly diagnostics: "none" | "error" | "warn" | "info" | "debug" | "verbose" | "all";
}

export interface LogOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly format: "auto" | "ecs" | "pretty";
  readonly requests: boolean;
  readonly dir: string | undefined;
  readonly fileBytes: number;
  readonly fileCount: number;
}

export interface MetricOptions {
  readonly exporter: readonly ("prometheus" | "otlp" | "none")[];
  readonly exemplars: boolean;
  readonly seriesLimit: number;
  readonly pushIntervalMs: number;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly registries: readonly PrometheusRegistry[];
}

export interface TraceOptions {
  readonly exporter: "auto" | "otlp" | "console" | "none";
  readonly endpoint: string | undefined;
  readonly url: string | undefined;
  readonly protocol: "http/protobuf" | "http/json";
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: "auto" | "gzip" | "none";
  readonly propagators: readonly ("tracecontext" | "baggage" | "none")[];
  readonly sampler:
    | "always_on"
    | "always_off"
    | "traceidratio"
    | "parentbased_always_on"
    | "parentbased_always_off"
    | "parentbased_traceidratio";
  readonly ratio: number;
  readonly attributeLimit: number;
  readonly attributeLengthLimit: number;
  readonly queueSize: number;
  readonly batchSize: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
}

export interface AdminOptions {
  readonly enabled: boolean;
  readonly host: string | undefined;
  readonly port: number;
  readonly token: string | undefined;
}

export interface InstrumentationOptions {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

export interface ShutdownOptions {
  readonly timeoutMs: number;
  readonly signals: boolean;
}

/** All options with a value each. */
export interface Options {
  readonly service: ServiceOptions;
  readonly logs: LogOptions;
  readonly metrics: MetricOptions;
  readonly traces: TraceOptions;
  readonly admin: AdminOptions;
  readonly instrumentations: InstrumentationOptions;
  readonly shutdown: ShutdownOptions;
}

interface Row<T> {
  /** Environment variables, the first one that is set counts. */
  readonly env?: readonly string[];
  readonly default: T;
  /** The default in words, where the value itself would not say it. */
  readonly defaultText?: string;
  readonly parser: Parser<T & {}>;
  /** Never shown, not even when it cannot be used. */
  readonly isSecret?: true;
  readonly about: string;
}

type Rows<T> = { readonly [K in keyof T]-?: Row<T[K]> };

export const optionTable: { readonly [G in keyof Options]: Rows<Options[G]> } = {
  service: {
    enabled: {
      env: ["OBSBOX_ENABLED"],
      default: true,
      parser: flag,
      about: "Off leaves a plain logger and nothing else; `OTEL_SDK_DISABLED=true` does the same",
    },
    serviceName: {
      env: ["OTEL_SERVICE_NAME"],
      default: undefined,
      defaultText: "`service.name` of the resource attributes, else the name in the entry point's package.json",
      parser: text,
      about: "Name of the service, the same in logs, metrics and traces",
    },
    serviceVersion: {
      default: undefined,
      defaultText: "`service.version` of the resource attributes, else the version in that package.json",
      parser: text,
      about: "Version of the service",
    },
    environment: {
      default: undefined,
      defaultText: "`deployment.environment.name` of the resource attributes, else `NODE_ENV`",
      parser: text,
      about: "Deployment environment, for instance `production`",
    },
    resourceAttributes: {
      env: ["OTEL_RESOURCE_ATTRIBUTES"],
      default: {},
      defaultText: "none",
      parser: keyValues,
      about: "Further attributes of the service, on every span",
    },
    quiet: {
      env: ["OBSBOX_QUIET"],
      default: false,
      parser: flag,
      about: "No log line at start",
    },
    diagnostics: {
      env: ["OTEL_LOG_LEVEL"],
      default: "warn",
      parser: oneOf("none", "error", "warn", "info", "debug", "verbose", "all"),
      about: "Which troubles of the SDK itself, and of OpenTelemetry inside it, go to stderr",
    },
  },
  logs: {
    level: {
      env: ["OBSBOX_LOG_LEVEL", "LOG_LEVEL"],
      default: "info",
      parser: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
      about: "Lowest level that `logger` writes",
    },
    format: {
      env: ["OBSBOX_LOG_FORMAT"],
      default: "auto",
      defaultText: "`pretty` on a terminal, else `ecs`",
      parser: oneOf("auto", "ecs", "pretty"),
      about: "One JSON line with Elastic Common Schema fields, or coloured text for people",
    },
    requests: {
      env: ["OBSBOX_LOG_REQUESTS"],
      default: true,
      parser: flag,
      about: "One access line for each request answered",
    },
    dir: {
      env: ["OBSBOX_LOG_DIR"],
      default: undefined,
      defaultText: "unset: stdout",
      parser: text,
      about: "Folder for rotated log files instead of stdout; one set of files for each process",
    },
    fileBytes: {
      env: ["OBSBOX_LOG_FILE_BYTES"],
      default: 64 * 1024 ** 2,
      defaultText: "64MiB",
      parser: bytes,
      about: "Size at which the next log file begins",
    },
    fileCount: {
      env: ["OBSBOX_LOG_FILE_COUNT"],
      default: 16,
      parser: integer(2, 10_000),
      about: "How many log files of this process are kept; the oldest goes first",
    },
  },
  metrics: {
    exporter: {
      env: ["OTEL_METRICS_EXPORTER"],
      default: ["prometheus"],
      parser: someOf("prometheus", "otlp", "none"),
      about: "`prometheus` serves `/metrics` on the admin port, `otlp` sends to the traces' endpoint",
    },
    exemplars: {
      env: ["OBSBOX_METRICS_EXEMPLARS"],
      default: true,
      parser: flag,
      about: "Whether histogram buckets name the latest sampled span",
    },
    seriesLimit: {
      env: ["OBSBOX_METRICS_SERIES_LIMIT"],
      default: 2000,
      parser: integer(10, 1_000_000),
      about: "Series of one instrument; what comes after goes into one overflow series and is counted",
    },
    pushIntervalMs: {
      env: ["OTEL_METRIC_EXPORT_INTERVAL"],
      default: 60_000,
      parser: integer(1000, 3_600_000),
      about: "Time between two sends of the `otlp` exporter, in milliseconds",
    },
    url: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"],
      default: undefined,
      defaultText: "made from the traces' `endpoint`",
      parser: url,
      about: "Full address for metrics of the `otlp` exporter, used as it stands",
    },
    headers: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"],
      default: undefined,
      defaultText: "those of traces, unless one of the two has an address of its own",
      parser: keyValues,
      isSecret: true,
      about: "Headers of each OTLP request of metrics",
    },
    registries: {
      default: [],
      defaultText: "none; the default registry of a prom-client that the service loads joins by itself",
      parser: registries,
      about: "Registries of prom-client or @prometheus-io/client whose metrics join `/metrics`",
    },
  },
  traces: {
    exporter: {
      env: ["OTEL_TRACES_EXPORTER"],
      default: "auto",
      defaultText: "`otlp` when an endpoint is set, else `none`",
      parser: oneOf("auto", "otlp", "console", "none"),
      about: "Where spans go",
    },
    endpoint: {
      env: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
      default: undefined,
      defaultText: "unset; `http://localhost:4318` when the exporter is `otlp`",
      parser: url,
      about: "Base address of the OTLP receiver; `/v1/traces` is appended",
    },
    url: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
      default: undefined,
      defaultText: "made from `endpoint`",
      parser: url,
      about: "Full address for spans, used as it stands",
    },
    protocol: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"],
      default: "http/protobuf",
      parser: oneOf("http/protobuf", "http/json"),
      about: "Encoding of OTLP",
    },
    headers: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"],
      default: {},
      defaultText: "none",
      parser: keyValues,
      isSecret: true,
      about: "Headers of each OTLP request, for instance `authorization=Bearer ...`",
    },
    compression: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"],
      default: "auto",
      defaultText: "`none` to this machine, else `gzip`",
      parser: oneOf("auto", "gzip", "none"),
      about: "Compression of OTLP requests",
    },
    propagators: {
      env: ["OTEL_PROPAGATORS"],
      default: ["tracecontext", "baggage"],
      parser: someOf("tracecontext", "baggage", "none"),
      about: "Headers that carry the trace from service to service, W3C",
    },
    sampler: {
      env: ["OTEL_TRACES_SAMPLER"],
      default: "parentbased_traceidratio",
      parser: oneOf(
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
      ),
      about: "Which traces are kept",
    },
    ratio: {
      env: ["OTEL_TRACES_SAMPLER_ARG"],
      default: 1,
      parser: number(0, 1),
      about: "Share of traces that a `traceidratio` sampler keeps",
    },
    attributeLimit: {
      env: ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
      default: 128,
      parser: integer(1, 100_000),
      about: "Attributes of one span",
    },
    attributeLengthLimit: {
      env: ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
      default: 16_384,
      parser: integer(1, 10_000_000),
      about: "Characters of one attribute's text",
    },
    queueSize: {
      env: ["OTEL_BSP_MAX_QUEUE_SIZE"],
      default: 16_384,
      parser: integer(1, 10_000_000),
      about: "Spans that wait to be sent; what comes after is dropped and counted",
    },
    batchSize: {
      env: ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"],
      default: 512,
      parser: integer(1, 100_000),
      about: "Spans of one OTLP request",
    },
    delayMs: {
      env: ["OTEL_BSP_SCHEDULE_DELAY"],
      default: 1000,
      parser: integer(1, 600_000),
      about: "Longest wait before a batch is sent, in milliseconds",
    },
    timeoutMs: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"],
      default: 10_000,
      parser: integer(1, 600_000),
      about: "Longest time for one OTLP request with its retries, in milliseconds",
    },
  },
  admin: {
    enabled: {
      env: ["OBSBOX_ADMIN"],
      default: true,
      parser: flag,
      about: "Whether the admin port is opened",
    },
    host: {
      env: ["OTEL_EXPORTER_PROMETHEUS_HOST"],
      default: undefined,
      defaultText: "`localhost`, inside a container `0.0.0.0`",
      parser: text,
      about: "Address that the admin port binds to",
    },
    port: {
      env: ["OTEL_EXPORTER_PROMETHEUS_PORT"],
      default: 9464,
      parser: integer(0, 65_535),
      about: "Port of `/metrics`, `/healthz`, `/readyz`, `/statusz` and `/loglevel`; 0 takes a free one",
    },
    token: {
      env: ["OBSBOX_ADMIN_TOKEN"],
      default: undefined,
      defaultText: "unset: `/loglevel` is closed",
      isSecret: true,
      parser: text,
      about: "Bearer token of `/loglevel`",
    },
  },
  instrumentations: {
    enabled: {
      env: ["OTEL_NODE_ENABLED_INSTRUMENTATIONS"],
      default: [],
      defaultText: "all",
      parser: list,
      about: "Only these instrumentations",
    },
    disabled: {
      env: ["OTEL_NODE_DISABLED_INSTRUMENTATIONS"],
      default: [],
      defaultText: "none",
      parser: list,
      about: "All instrumentations but these",
    },
  },
  shutdown: {
    timeoutMs: {
      env: ["OBSBOX_SHUTDOWN_TIMEOUT_MS"],
      default: 5000,
      parser: integer(0, 600_000),
      about: "Longest time to send what is left when the process ends, in milliseconds",
    },
    signals: {
      env: ["OBSBOX_SIGNALS"],
      default: true,
      parser: flag,
      about: "Whether SIGTERM and SIGINT send what is left before the process ends by them",
    },
  },
};

/**
 * What `start()` takes: the options of the service itself, and one group for each part. Everything has a default and
 * most have an environment variable; what is given in code counts more. `false` switches a whole part off.
 */
export interface StartOptions extends Partial<ServiceOptions> {
  readonly logs?: Partial<LogOptions> | false;
  readonly metrics?: Partial<MetricOptions> | false;
  readonly traces?: Partial<TraceOptions> | false;
  readonly admin?: Partial<AdminOptions> | false;
  readonly instrumentations?: Partial<InstrumentationOptions>;
  readonly shutdown?: Partial<ShutdownOptions>;
}

/** Variables of OpenTelemetry that have no effect here, and what to do instead: who sets one should hear of it. */
export const ignoredVariables: Readonly<Record<string, string>> = {
  OTEL_CONFIG_FILE: "give the same by variables or in start()",
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "metrics are sent as totals since the start",
  OTEL_LOGS_EXPORTER: "log lines go to stdout, or to OBSBOX_LOG_DIR, for a shipper to read",
};

/** What `false` for a whole part means. */
const switchedOff = {
  logs: { level: "silent", requests: false },
  metrics: { exporter: ["none"] },
  traces: { exporter: "none" },
  admin: { enabled: false },
} as const satisfies { readonly [G in keyof Options]?: Partial<Options[G]> };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gives every option its value: from code, else from the environment, else the default.
 *
 * @throws OptionsError that lists every option that cannot be used.
 */
export function resolveOptions(input: StartOptions, env: Environment): Options {
  const problems: OptionProblem[] = [];
  const { logs, metrics, traces, admin, instrumentations, shutdown, ...service } = input;
  const isDisabled = service.enabled === undefined && env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true";
  const groups: Record<keyof Options, unknown> = {
    service: isDisabled ? { ...service, enabled: false } : service,
    logs: logs === false ? switchedOff.logs : logs,
    metrics: metrics === false ? switchedOff.metrics : metrics,
    traces: traces === false ? switchedOff.traces : traces,
    admin: admin === false ? switchedOff.admin : admin,
    instrumentations,
    shutdown,
  };
  const resolve = <G extends keyof Options>(group: G): Options[G] =>
    resolveGroup<Options[G]>(group, optionTable[group], partOf(group, groups[group], problems), env, problems);
  const options: Options = {
    service: resolve("service"),
    logs: resolve("logs"),
    metrics: resolve("metrics"),
    traces: resolve("traces"),
    admin: resolve("admin"),
    instrumentations: resolve("instrumentations"),
    shutdown: resolve("shutdown"),
  };
  if (problems.length > 0) throw new OptionsError(problems);
  return options;
}

/** The options of a part, for which plain JavaScript may give anything. */
function partOf(group: string, given: unknown, problems: OptionProblem[]): object {
  if (given === undefined || given === null) return {};
  if (typeof given === "object") return given;
  problems.push({ option: group, got: typeof given, expected: "an object of options" });
  return {};
}

function resolveGroup<T>(group: string, rows: Rows<T>, given: object, env: Environment, problems: OptionProblem[]): T {
  const prefix = group === "service" ? "" : `${group}.`;
  const values: Partial<T> = {};
  for (const key in rows) {
    values[key] = resolveRow(`${prefix}${key}`, rows[key], Reflect.get(given, key), env, problems);
  }
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(rows, key)) continue;
    const parts = group === "service" ? Object.keys(optionTable).filter((part) => part !== group) : [];
    const expected = `one of ${[...Object.keys(rows), ...parts].join(", ")}`;
    problems.push({ option: `${prefix}${key}`, got: key, expected }); // The value may be a secret.
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every key of T has a row, and every row has given its value
  return values as T;
}

function resolveRow<T>(option: string, row: Row<T>, given: unknown, env: Environment, problems: OptionProblem[]): T {
  const name = given === undefined ? row.env?.find((variable) => Boolean(env[variable]?.trim())) : undefined;
  const got = name === undefined ? given : env[name]?.trim();
  if (got === undefined) return row.default;
  const parsed = row.parser.parse(got);
  if (parsed !== undefined) return parsed;
  const shown = row.isSecret === true ? "(hidden)" : got;
  problems.push({ option, ...(name === undefined ? {} : { env: name }), got: shown, expected: row.parser.expected });
  return row.default;
}
