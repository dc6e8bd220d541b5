/**
 * Every name that the SDK emits: metrics, their labels, resource attributes and log fields. Dashboards, alerts,
 * log templates and documents use these constants or are checked against them, so a rename is one edit here.
 * HTTP, Node.js and V8 names follow the OpenTelemetry semantic conventions, process names those of Prometheus
 * client libraries, log fields the Elastic Common Schema; `obsbox.*` is ours.
 */

/** One metric: its OpenTelemetry name; {@link prometheusName} gives the name on `/metrics`. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "upDownCounter" | "gauge" | "histogram";
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{request}` that adds no suffix. */
  readonly unit: string;
  readonly help: string;
  /** Attributes that tell its series apart, by their OpenTelemetry names. */
  readonly labels: readonly string[];
}

/** Attributes of spans and labels of metrics. */
export const attributes = {
  clientAddress: "client.address",
  dbClientConnectionPoolName: "db.client.connection.pool.name",
  dbClientConnectionState: "db.client.connection.state",
  dbCollectionName: "db.collection.name",
  dbNamespace: "db.namespace",
  dbOperationBatchSize: "db.operation.batch.size",
  dbOperationName: "db.operation.name",
  dbQueryText: "db.query.text",
  dbResponseStatusCode: "db.response.status_code",
  dbSystemName: "db.system.name",
  errorType: "error.type",
  exceptionMessage: "exception.message",
  exceptionStacktrace: "exception.stacktrace",
  exceptionType: "exception.type",
  graphqlOperationName: "graphql.operation.name",
  graphqlOperationType: "graphql.operation.type",
  httpRequestMethod: "http.request.method",
  httpRequestMethodOriginal: "http.request.method_original",
  httpResponseStatusCode: "http.response.status_code",
  httpRoute: "http.route",
  messagingBatchMessageCount: "messaging.batch.message_count",
  messagingConsumerGroupName: "messaging.consumer.group.name",
  messagingDestinationName: "messaging.destination.name",
  messagingDestinationPartitionId: "messaging.destination.partition.id",
  messagingDestinationTemporary: "messaging.destination.temporary",
  messagingKafkaOffset: "messaging.kafka.offset",
  messagingOperationName: "messaging.operation.name",
  messagingOperationType: "messaging.operation.type",
  messagingSystem: "messaging.system",
  networkPeerAddress: "network.peer.address",
  networkPeerPort: "network.peer.port",
  networkProtocolVersion: "network.protocol.version",
  rpcMethod: "rpc.method",
  rpcResponseStatusCode: "rpc.response.status_code",
  rpcSystemName: "rpc.system.name",
  serverAddress: "server.address",
  serverPort: "server.port",
  urlFull: "url.full",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  userAgentOriginal: "user_agent.original",

  colored: "obsbox.colored",

  nodejsEventloopState: "nodejs.eventloop.state",
  v8jsGcType: "v8js.gc.type",
  v8jsHeapSpaceName: "v8js.heap.space.name",
  v8jsResourceType: "v8js.resource.type",

  diagnosticCode: "code",
  event: "event",
  instrument: "instrument",
  logLevel: "level",
  reason: "reason",
  signal: "signal",
  source: "source",
  statusClass: "status_class",
  nodeVersion: "version",
  nodeMajor: "major",
} as const;

/** How a request asks for a colour: a header with the token, an entry of the baggage. */
export const colorHeader = "x-obsbox-color";
export const colorBaggage = "obsbox.color";

/** Attributes of the resource: who speaks. */
export const resourceAttributes = {
  adminUrl: "obsbox.admin.url",
  deploymentEnvironmentName: "deployment.environment.name",
  hostName: "host.name",
  processPid: "process.pid",
  processRuntimeName: "process.runtime.name",
  processRuntimeVersion: "process.runtime.version",
  serviceInstanceId: "service.instance.id",
  serviceName: "service.name",
  serviceVersion: "service.version",
  telemetryDistroName: "telemetry.distro.name",
  telemetryDistroVersion: "telemetry.distro.version",
} as const;

/** Resource attributes that every series carries as labels, because dashboards and alerts select on them. */
export const commonLabels = [
  resourceAttributes.serviceName,
  resourceAttributes.serviceVersion,
  resourceAttributes.deploymentEnvironmentName,
] as const;

const serverLabels = [
  attributes.httpRequestMethod,
  attributes.httpResponseStatusCode,
  attributes.httpRoute,
  attributes.urlScheme,
  attributes.networkProtocolVersion,
  attributes.errorType,
] as const;

const clientLabels = [
  attributes.httpRequestMethod,
  attributes.serverAddress,
  attributes.serverPort,
  attributes.httpResponseStatusCode,
  attributes.errorType,
] as const;

const rpcLabels = [
  attributes.rpcSystemName,
  attributes.rpcMethod,
  attributes.rpcResponseStatusCode,
  attributes.errorType,
] as const;

const messagingLabels = [
  attributes.messagingSystem,
  attributes.messagingOperationName,
  attributes.messagingDestinationName,
  attributes.serverAddress,
  attributes.serverPort,
  attributes.errorType,
] as const;

const poolLabels = [attributes.dbClientConnectionPoolName] as const;

export const metrics = {
  httpServerRequestDuration: {
    name: "http.server.request.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of HTTP requests that this service answered",
    labels: serverLabels,
  },
  httpServerActiveRequests: {
    name: "http.server.active_requests",
    type: "upDownCounter",
    unit: "{request}",
    help: "HTTP requests that this service is answering now",
    labels: [attributes.httpRequestMethod, attributes.urlScheme],
  },
  httpClientRequestDuration: {
    name: "http.client.request.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of HTTP requests that this service made",
    labels: clientLabels,
  },

  rpcServerCallDuration: {
    name: "rpc.server.call.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of remote procedure calls that this service answered",
    labels: rpcLabels,
  },
  rpcClientCallDuration: {
    name: "rpc.client.call.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of remote procedure calls that this service made",
    labels: [...rpcLabels, attributes.serverAddress, attributes.serverPort],
  },

  dbClientOperationDuration: {
    name: "db.client.operation.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of operations that this service asked databases for",
    labels: [
      attributes.dbSystemName,
      attributes.dbOperationName,
      attributes.dbNamespace,
      attributes.serverAddress,
      attributes.serverPort,
      attributes.errorType,
    ],
  },
  dbClientConnectionCount: {
    name: "db.client.connection.count",
    type: "upDownCounter",
    unit: "{connection}",
    help: "Connections that pools hold to databases, by state",
    labels: [...poolLabels, attributes.dbClientConnectionState],
  },
  dbClientConnectionMax: {
    name: "db.client.connection.max",
    type: "upDownCounter",
    unit: "{connection}",
    help: "Largest number of connections that a pool may open",
    labels: poolLabels,
  },
  dbClientConnectionPendingRequests: {
    name: "db.client.connection.pending_requests",
    type: "upDownCounter",
    unit: "{request}",
    help: "Requests that wait for a connection of a pool",
    labels: poolLabels,
  },

  messagingClientOperationDuration: {
    name: "messaging.client.operation.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of sending messages to queues, until the broker or the client has taken them",
    labels: messagingLabels,
  },
  messagingProcessDuration: {
    name: "messaging.process.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of handling messages that came from queues",
    labels: messagingLabels,
  },

  nodejsEventloopUtilization: {
    name: "nodejs.eventloop.utilization",
    type: "gauge",
    unit: "1",
    help: "Share of the time since the last collection in which the event loop was busy",
    labels: [],
  },
  nodejsEventloopTime: {
    name: "nodejs.eventloop.time",
    type: "counter",
    unit: "s",
    help: "Time that the event loop spent active and idle",
    labels: [attributes.nodejsEventloopState],
  },
  nodejsEventloopDelayMin: eventLoopDelay("min", "Smallest"),
  nodejsEventloopDelayMax: eventLoopDelay("max", "Largest"),
  nodejsEventloopDelayMean: eventLoopDelay("mean", "Mean"),
  nodejsEventloopDelayStddev: eventLoopDelay("stddev", "Standard deviation of the"),
  nodejsEventloopDelayP50: eventLoopDelay("p50", "50th percentile of the"),
  nodejsEventloopDelayP90: eventLoopDelay("p90", "90th percentile of the"),
  nodejsEventloopDelayP99: eventLoopDelay("p99", "99th percentile of the"),
  nodejsVersionInfo: {
    name: "nodejs.version.info",
    type: "gauge",
    unit: "",
    help: "Version of Node.js, always 1",
    labels: [attributes.nodeVersion, attributes.nodeMajor],
  },
  v8jsGcDuration: {
    name: "v8js.gc.duration",
    type: "histogram",
    unit: "s",
    help: "Duration of garbage collections",
    labels: [attributes.v8jsGcType],
  },
  v8jsMemoryHeapUsed: {
    name: "v8js.memory.heap.used",
    type: "gauge",
    unit: "By",
    help: "Heap in use",
    labels: [attributes.v8jsHeapSpaceName],
  },
  v8jsMemoryHeapLimit: {
    name: "v8js.memory.heap.limit",
    type: "gauge",
    unit: "By",
    help: "Largest size that the heap without its young generation may grow to before the process ends",
    labels: [],
  },
  v8jsMemoryHeapUsedAfterMajorGc: {
    name: "v8js.memory.heap.used_after_major_gc",
    type: "gauge",
    unit: "By",
    help: "Heap in use after the latest major garbage collection: what a leak makes grow",
    labels: [],
  },
  v8jsResourceActive: {
    name: "v8js.resource.active",
    type: "gauge",
    unit: "{resource}",
    help: "Resources that keep the event loop alive",
    labels: [attributes.v8jsResourceType],
  },

  processCpu: {
    name: "process.cpu",
    type: "counter",
    unit: "s",
    help: "CPU time of the process, user and system",
    labels: [],
  },
  processResidentMemory: processGauge("resident_memory", "By", "Resident memory of the process"),
  processVirtualMemory: processGauge("virtual_memory", "By", "Virtual memory of the process"),
  processConstrainedMemory: processGauge(
    "constrained_memory",
    "By",
    "Memory that the process may use, where the container or the system sets a limit",
  ),
  processOpenFds: processGauge("open_fds", "{fd}", "Open file descriptors"),
  processMaxFds: processGauge("max_fds", "{fd}", "Largest number of open file descriptors"),
  processStartTime: processGauge("start_time", "s", "Start of the process, seconds since 1970"),

  httpRequests: {
    name: "obsbox.http.requests",
    type: "counter",
    unit: "{request}",
    help: "HTTP requests answered, by route and class of status; a new series shows 0 once, so that no first error is missed",
    labels: [attributes.httpRoute, attributes.statusClass],
  },
  logRecords: {
    name: "obsbox.log.records",
    type: "counter",
    unit: "{record}",
    help: "Log records written through pino, by level",
    labels: [attributes.logLevel],
  },
  logDropped: {
    name: "obsbox.log.dropped",
    type: "counter",
    unit: "{record}",
    help: "Log records that could not be written",
    labels: [attributes.reason],
  },
  logQueueSize: {
    name: "obsbox.log.queue.size",
    type: "gauge",
    unit: "By",
    help: "Log lines that wait to be written or sent",
    labels: [],
  },
  metricOverflow: {
    name: "obsbox.metric.overflow",
    type: "counter",
    unit: "{measurement}",
    help: "Measurements that went into the overflow series because their instrument has too many series",
    labels: [attributes.instrument],
  },
  propagationMissed: {
    name: "obsbox.propagation.missed",
    type: "counter",
    unit: "{request}",
    help: "Outgoing requests that left without trace headers because their headers were already fixed",
    labels: [],
  },
  coloredRequests: {
    name: "obsbox.colored.requests",
    type: "counter",
    unit: "{request}",
    help: "Requests that were coloured, by what coloured them",
    labels: [attributes.source],
  },
  colorRefused: {
    name: "obsbox.color.refused",
    type: "counter",
    unit: "{request}",
    help: "Requests that asked for a colour and did not get it",
    labels: [attributes.reason],
  },
  samplerTraces: {
    name: "obsbox.sampler.traces",
    type: "counter",
    unit: "{trace}",
    help: "Traces of this process by what the error-biased sampler kept them for; none: not kept",
    labels: [attributes.reason],
  },
  samplerDropped: {
    name: "obsbox.sampler.dropped",
    type: "counter",
    unit: "{span}",
    help: "Spans that the error-biased sampler let go before their trace was decided, because its buffer was full",
    labels: [attributes.reason],
  },
  samplerPending: {
    name: "obsbox.sampler.pending",
    type: "gauge",
    unit: "{span}",
    help: "Spans that wait for the error-biased sampler to decide about their trace",
    labels: [],
  },
  uncaughtExceptions: {
    name: "obsbox.uncaught.exceptions",
    type: "counter",
    unit: "{exception}",
    help: "Exceptions and rejected promises that nobody caught, also those that the process survived",
    labels: [attributes.event],
  },
  spansMade: {
    name: "obsbox.spans.made",
    type: "counter",
    unit: "{span}",
    help: "Spans that are to be sent: made = delivered + dropped + pending",
    labels: [],
  },
  spansDelivered: {
    name: "obsbox.spans.delivered",
    type: "counter",
    unit: "{span}",
    help: "Spans that the receiver has taken",
    labels: [],
  },
  spansDropped: {
    name: "obsbox.spans.dropped",
    type: "counter",
    unit: "{span}",
    help: "Spans that are lost, by reason",
    labels: [attributes.reason],
  },
  spansPending: {
    name: "obsbox.spans.pending",
    type: "gauge",
    unit: "{span}",
    help: "Spans that wait to be sent or sent again",
    labels: [],
  },
  spansPendingSize: {
    name: "obsbox.spans.pending.size",
    type: "gauge",
    unit: "By",
    help: "Size of the encoded spans that wait to be sent or sent again",
    labels: [],
  },
  exporterLastSuccess: {
    name: "obsbox.exporter.last_success",
    type: "gauge",
    unit: "s",
    help: "When the receiver of a signal last took something, seconds since 1970",
    labels: [attributes.signal],
  },
  diagnostics: {
    name: "obsbox.diagnostics",
    type: "counter",
    unit: "{event}",
    help: "Troubles of the SDK itself, said on stderr at most once a minute each",
    labels: [attributes.diagnosticCode],
  },
  clusterProcesses: {
    name: "obsbox.cluster.processes",
    type: "gauge",
    unit: "{process}",
    help: "Processes whose metrics are shown together",
    labels: [],
  },
  clusterLate: {
    name: "obsbox.cluster.late",
    type: "gauge",
    unit: "{process}",
    help: "Processes of those that did not answer the previous scrape in time, and are shown with their last values",
    labels: [],
  },
  clusterEnded: {
    name: "obsbox.cluster.ended",
    type: "counter",
    unit: "{process}",
    help: "Processes that have ended: closed ones told their last values, lost ones were killed or crashed",
    labels: [attributes.reason],
  },
  scrapeDuration: {
    name: "obsbox.scrape.duration",
    type: "gauge",
    unit: "s",
    help: "Time that the previous scrape took to collect and write",
    labels: [],
  },
  scrapeSize: {
    name: "obsbox.scrape.size",
    type: "gauge",
    unit: "By",
    help: "Size of the previous scrape before compression",
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** Upper bounds of the buckets of duration histograms, in seconds, as the semantic conventions advise. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** Those of databases, which answer sooner. */
export const databaseBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const;

/** As the conventions have them for messages. */
export const messagingBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** Fields of a log line, Elastic Common Schema names, dotted keys. */
export const logFields = {
  timestamp: "@timestamp",
  level: "log.level",
  message: "message",
  logger: "log.logger",
  truncated: "log.truncated",
  originalBytes: "log.original_bytes",
  ecsVersion: "ecs.version",
  traceId: "trace.id",
  spanId: "span.id",
  serviceName: "service.name",
  serviceVersion: "service.version",
  serviceEnvironment: "service.environment",
  serviceNodeName: "service.node.name",
  hostHostname: "host.hostname",
  processPid: "process.pid",
  errorType: "error.type",
  errorMessage: "error.message",
  errorStackTrace: "error.stack_trace",
  eventId: "event.id",
  eventDataset: "event.dataset",
  eventAction: "event.action",
  eventOutcome: "event.outcome",
  eventDuration: "event.duration",
  httpRequestMethod: "http.request.method",
  httpResponseStatusCode: "http.response.status_code",
  httpRoute: "labels.http_route",
  colored: "labels.colored",
  urlPath: "url.path",
  userAgentOriginal: "user_agent.original",
} as const;

const unitSuffixes: Readonly<Record<string, string>> = { s: "_seconds", ms: "_milliseconds", By: "_bytes" };

/**
 * Gives the name of a metric on `/metrics`: dots become underscores, the unit becomes a suffix, monotonic sums end
 * in `_total`. A suffix that the name already has is not added again.
 *
 * @param metric - OpenTelemetry name, type and UCUM unit.
 * @returns The Prometheus name, without the `_bucket`, `_sum` and `_count` of a histogram's samples.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 * @example
 * prometheusName({ name: "http.server.request.duration", type: "histogram", unit: "s" });
 * // "http_server_request_duration_seconds"
 */
export function prometheusName(metric: Pick<Metric, "name" | "type" | "unit">): string {
  const isCounter = metric.type === "counter";
  const name = prometheusLabel(metric.name);
  const ratio = metric.type === "gauge" && metric.unit === "1" ? "_ratio" : "";
  const withUnit = withSuffix(isCounter ? name.replace(/_total$/, "") : name, unitSuffixes[metric.unit] ?? ratio);
  return isCounter ? `${withUnit}_total` : withUnit;
}

/**
 * Gives the name of an attribute as a label on `/metrics`: everything but letters, digits and `_` becomes `_`.
 *
 * @example
 * prometheusLabel("http.response.status_code"); // "http_response_status_code"
 */
export function prometheusLabel(name: string): string {
  const label = name.replace(/[^a-zA-Z0-9_]/g, "_");
  return /^([0-9]|$)/.test(label) ? `_${label}` : label;
}

function withSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name : name + suffix;
}

function eventLoopDelay<S extends string>(statistic: S, words: string) {
  return {
    name: `nodejs.eventloop.delay.${statistic}`,
    type: "gauge",
    unit: "s",
    help: `${words} event loop delay since the last collection`,
    labels: [],
  } as const;
}

function processGauge<N extends string>(name: N, unit: string, help: string) {
  return { name: `process.${name}`, type: "gauge", unit, help, labels: [] } as const;
}
