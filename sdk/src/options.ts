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
  routes,
  secret,
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
  readonly targets: readonly ("stdout" | "file" | "elasticsearch")[] | undefined;
  readonly dir: string | undefined;
  readonly fileBytes: number;
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly elasticsearchUrl: string | undefined;
  readonly elasticsearchApiKey: string | undefined;
  readonly elasticsearchCaFile: string | undefined;
  readonly elasticsearchQueueBytes: number;
  readonly elasticsearchSpoolDir: string | undefined;
  readonly elasticsearchSpoolBytes: number;
}

export interface MetricOptions {
  readonly exporter: readonly ("prometheus" | "otlp" | "none")[];
  readonly exemplars: boolean;
  readonly seriesLimit: number;
  readonly pushIntervalMs: number;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly compression: "auto" | "gzip" | "none";
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly registries: readonly PrometheusRegistry[];
  readonly cluster: "auto" | "off";
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
    | "parentbased_traceidratio"
    | "obsbox_error_biased";
  readonly ratio: number;
  readonly slowMs: number;
  readonly callersPerSecond: number | undefined;
  readonly attributeLimit: number;
  readonly attributeLengthLimit: number;
  readonly queueSize: number;
  readonly batchSize: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
  readonly retryBytes: number;
  readonly retryMs: number;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
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

export interface ColoringOptions {
  readonly enabled: boolean;
  readonly token: string | undefined;
  readonly perMinute: number;
  readonly level: "trace" | "debug";
  readonly users: readonly string[];
  readonly userHeader: string | undefined;
  readonly routes: readonly string[];
}

export interface RedactionOptions {
  readonly enabled: boolean;
  readonly keys: readonly string[];
}

export interface ShutdownOptions {
  readonly timeoutMs: number;
  readonly signals: boolean;
  readonly crashTimeoutMs: number;
  readonly reportDir: string | undefined;
}

/** All options with a value each. */
export interface Options {
  readonly service: ServiceOptions;
  readonly logs: LogOptions;
  readonly metrics: MetricOptions;
  readonly traces: TraceOptions;
  readonly admin: AdminOptions;
  readonly instrumentations: InstrumentationOptions;
  readonly coloring: ColoringOptions;
  readonly redaction: RedactionOptions;
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
    targets: {
      env: ["OBSBOX_LOG_TARGETS"],
      default: undefined,
      defaultText: "`file` when `dir` is set, `elasticsearch` when `elasticsearchUrl` is set, else `stdout`",
      parser: someOf("stdout", "file", "elasticsearch"),
      about: "Where lines go; each target gets all",
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
    totalBytes: {
      env: ["OBSBOX_LOG_TOTAL_BYTES"],
      default: 1024 ** 3,
      defaultText: "1GiB",
      parser: bytes,
      about:
        "Bytes that the log files of all processes of the service may have together; the oldest file goes first, and lines that nobody has read are counted as lost",
    },
    elasticsearchUrl: {
      env: ["OBSBOX_ELASTICSEARCH_URL"],
      default: undefined,
      defaultText: "unset",
      parser: url,
      about:
        "Address of an Elasticsearch that lines go to without a shipper, into `logs-<service>-<environment>`; may hold user and password",
    },
    elasticsearchApiKey: {
      env: ["OBSBOX_ELASTICSEARCH_API_KEY"],
      default: undefined,
      defaultText: "unset",
      parser: text,
      isSecret: true,
      about:
        "API key for that, encoded, with the privileges `create_doc` and `auto_configure`; or a whole `Authorization` header, such as `Bearer ...`",
    },
    elasticsearchCaFile: {
      env: ["OBSBOX_ELASTICSEARCH_CA_FILE"],
      default: undefined,
      defaultText: "unset: what Node.js trusts, `NODE_EXTRA_CA_CERTS` included",
      parser: text,
      about: "File with the certificate of the authority behind that address, as PEM",
    },
    elasticsearchQueueBytes: {
      env: ["OBSBOX_ELASTICSEARCH_QUEUE_BYTES"],
      default: 16 * 1024 ** 2,
      defaultText: "16MiB",
      parser: bytes,
      about:
        "Bytes of lines that wait in memory for Elasticsearch; without a spool the oldest go first, and are counted",
    },
    elasticsearchSpoolDir: {
      env: ["OBSBOX_ELASTICSEARCH_SPOOL_DIR"],
      default: undefined,
      defaultText: "unset: memory only",
      parser: text,
      about: "Folder for lines while Elasticsearch is away; the next start of the service sends what is left there",
    },
    elasticsearchSpoolBytes: {
      env: ["OBSBOX_ELASTICSEARCH_SPOOL_BYTES"],
      default: 256 * 1024 ** 2,
      defaultText: "256MiB",
      parser: bytes,
      about:
        "Bytes that all processes of the service may have there together; the oldest lines go first, and are counted",
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
    compression: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"],
      default: "auto",
      defaultText: "`none` to this machine, else `gzip`",
      parser: oneOf("auto", "gzip", "none"),
      about: "Compression of OTLP requests of metrics",
    },
    timeoutMs: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"],
      default: 3000,
      parser: integer(1, 600_000),
      about: "Longest time for one OTLP request of metrics, in milliseconds",
    },
    caFile: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"],
      default: undefined,
      defaultText: "unset: what Node.js trusts, `NODE_EXTRA_CA_CERTS` included",
      parser: text,
      about: "As `traces.caFile`, for metrics",
    },
    certFile: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
      default: undefined,
      defaultText: "unset",
      parser: text,
      about: "As `traces.certFile`, for metrics",
    },
    keyFile: {
      env: ["OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"],
      default: undefined,
      defaultText: "unset",
      parser: text,
      about: "As `traces.keyFile`, for metrics",
    },
    registries: {
      default: [],
      defaultText: "none; the default registry of a prom-client that the service loads joins by itself",
      parser: registries,
      about: "Registries of prom-client or @prometheus-io/client whose metrics join `/metrics`",
    },
    cluster: {
      env: ["OBSBOX_CLUSTER"],
      default: "auto",
      parser: oneOf("auto", "off"),
      about:
        "Whether workers of `node:cluster` and PM2 share one admin port, which shows the metrics of all; [clusters.md](clusters.md) says how",
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
        "obsbox_error_biased",
      ),
      about:
        "Which traces are kept; `obsbox_error_biased`: all that fail or are slow, and the share `ratio` of the others",
    },
    ratio: {
      env: ["OTEL_TRACES_SAMPLER_ARG"],
      default: 1,
      parser: number(0, 1),
      about: "Share of traces that a `traceidratio` sampler keeps, and `obsbox_error_biased` of those without a fault",
    },
    slowMs: {
      env: ["OBSBOX_SLOW_MS"],
      default: 1000,
      parser: integer(1, 3_600_000),
      about: "From which duration on, in milliseconds, `obsbox_error_biased` keeps a trace because it was slow",
    },
    callersPerSecond: {
      env: ["OBSBOX_CALLERS_PER_SECOND"],
      default: undefined,
      defaultText: "100 with `obsbox_error_biased`, else no limit",
      parser: integer(0, 1_000_000),
      about:
        "Traces a second that are kept because a caller's `traceparent` would have it so; beyond that chance decides, by `ratio`",
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
      default: 3000,
      parser: integer(1, 600_000),
      about: "Longest time for one OTLP request, in milliseconds; what fails is sent again",
    },
    retryBytes: {
      env: ["OBSBOX_TRACES_RETRY_BYTES"],
      default: 32 * 1024 ** 2,
      defaultText: "32MiB",
      parser: bytes,
      about: "Encoded spans that are kept while the receiver cannot be reached; the oldest go first, and are counted",
    },
    retryMs: {
      env: ["OBSBOX_TRACES_RETRY_MS"],
      default: 600_000,
      parser: integer(0, 86_400_000),
      about: "Longest time that spans are kept to be sent again, in milliseconds",
    },
    caFile: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"],
      default: undefined,
      defaultText: "unset: what Node.js trusts, `NODE_EXTRA_CA_CERTS` included",
      parser: text,
      about: "File with the certificates that the OTLP receiver is trusted by, PEM",
    },
    certFile: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
      default: undefined,
      defaultText: "unset",
      parser: text,
      about: "File with the certificate that this service shows to the OTLP receiver, PEM",
    },
    keyFile: {
      env: ["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"],
      default: undefined,
      defaultText: "unset",
      parser: text,
      about: "File with the key of that certificate, PEM",
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
  coloring: {
    enabled: {
      env: ["OBSBOX_COLOR"],
      default: true,
      parser: flag,
      about:
        "Whether requests can be coloured: debug lines and a kept trace for one request, in every service it crosses",
    },
    token: {
      env: ["OBSBOX_COLOR_TOKEN"],
      default: undefined,
      defaultText: "unset: nobody outside can colour, and no colour is handed on",
      isSecret: true,
      parser: secret(16),
      about: "Secret that all services share; a request with it in the header `x-obsbox-color` is coloured",
    },
    perMinute: {
      env: ["OBSBOX_COLOR_PER_MINUTE"],
      default: 60,
      parser: integer(1, 100_000),
      about:
        "Requests of one process that are coloured in a minute by the token; as many by users, routes and code, and 20 times as many that other services have coloured",
    },
    level: {
      env: ["OBSBOX_COLOR_LEVEL"],
      default: "debug",
      parser: oneOf("trace", "debug"),
      about: "Lowest level of a coloured request's log lines",
    },
    users: {
      env: ["OBSBOX_COLOR_USERS"],
      default: [],
      defaultText: "none",
      parser: list,
      about: "Ids of users whose requests are coloured",
    },
    userHeader: {
      env: ["OBSBOX_COLOR_USER_HEADER"],
      default: undefined,
      defaultText: "unset: `colorRequest()` names the user",
      parser: text,
      about: "Request header with the user's id; one that a proxy of yours sets, not the client",
    },
    routes: {
      env: ["OBSBOX_COLOR_ROUTES"],
      default: [],
      defaultText: "none",
      parser: routes,
      about: "Routes whose requests are coloured, for instance `GET /orders/:id`",
    },
  },
  redaction: {
    enabled: {
      env: ["OBSBOX_REDACT"],
      default: true,
      parser: flag,
      about: "Whether secrets are hidden in logs, spans, metrics and baggage; [redaction.md](redaction.md) says which",
    },
    keys: {
      env: ["OBSBOX_REDACT_KEYS"],
      default: [],
      defaultText: "none; the built-in ones are always there",
      parser: list,
      about: "Further keys whose values are hidden; with `-` before it, a built-in one that is shown",
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
    crashTimeoutMs: {
      env: ["OBSBOX_CRASH_TIMEOUT_MS"],
      default: 2000,
      parser: integer(0, 60_000),
      about:
        "Longest time to send spans when the process crashes or calls `process.exit()`, in milliseconds; 0 sends none",
    },
    reportDir: {
      env: ["OBSBOX_CRASH_REPORT_DIR"],
      default: undefined,
      defaultText: "unset: no report",
      parser: text,
      about: "Folder for Node's diagnostic report of each crash, without environment and arguments; ten are kept",
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
  readonly coloring?: Partial<ColoringOptions> | false;
  readonly redaction?: Partial<RedactionOptions> | false;
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
  logs: { level: "silent", requests: false, targets: ["stdout"] },
  metrics: { exporter: ["none"] },
  traces: { exporter: "none" },
  admin: { enabled: false },
  coloring: { enabled: false },
  redaction: { enabled: false },
} as const satisfies { readonly [G in keyof Options]?: Partial<Options[G]> };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gives every option its value: from code, else from the environment, else the default.
 *
 * @throws OptionsError that lists every option that cannot be used.
 */
export function resolveOptions(input: StartOptions, env: Environment): Options {
  const problems: OptionProblem[] = [];
  const { logs, metrics, traces, admin, instrumentations, coloring, redaction, shutdown, ...service } = input;
  const isDisabled = service.enabled === undefined && env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true";
  const groups: Record<keyof Options, unknown> = {
    service: isDisabled ? { ...service, enabled: false } : service,
    logs: logs === false ? switchedOff.logs : logs,
    metrics: metrics === false ? switchedOff.metrics : metrics,
    traces: traces === false ? switchedOff.traces : traces,
    admin: admin === false ? switchedOff.admin : admin,
    instrumentations,
    coloring: coloring === false ? switchedOff.coloring : coloring,
    redaction: redaction === false ? switchedOff.redaction : redaction,
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
    coloring: resolve("coloring"),
    redaction: resolve("redaction"),
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
