/** Who brings a metric: what to say where it is not there. */

interface Source {
  readonly metrics: RegExp;
  readonly name: string;
  /** What to do to have them. */
  readonly remedy: string;
}

const sdk = "@obsbox/sdk in your services";

/** The first that fits counts. */
const sources: readonly Source[] = [
  {
    metrics: /^(obsbox_(auth|keeper|canary|setup|logs|box)_|obsbox_import_)/,
    name: "a box of obsbox",
    remedy: "only a whole box has them: obsbox up",
  },
  {
    metrics: /^\w+:\w+/,
    name: "the rules of obsbox",
    remedy: "they record it: obsbox import alerts, or obsbox export --target prometheus-rule",
  },
  {
    metrics: /^(db_client_|redis_client_)/,
    name: "instrumentation of database clients",
    remedy: "@obsbox/sdk with OpenTelemetry's instrumentation of the client",
  },
  {
    metrics: /^(obsbox_|http_(server|client)_|nodejs_|v8js_|process_|target_info$|otel_sdk_)/,
    name: sdk,
    remedy: "npm install @obsbox/sdk, or the Prometheus exporter of OpenTelemetry",
  },
  {
    metrics: /^traces_span_metrics_|^(calls|duration_milliseconds)(_|$)/,
    name: "the span metrics of Jaeger v2",
    remedy: "the connector spanmetrics of Jaeger v2 or of a Collector",
  },
  { metrics: /^(jaeger_|otelcol_)/, name: "Jaeger v2", remedy: "scrape its port 8888" },
  { metrics: /^node_/, name: "node_exporter", remedy: "run it on every host and scrape its port 9100" },
  {
    metrics: /^(container_|machine_|cadvisor_)/,
    name: "cAdvisor",
    remedy: "run it, or scrape the kubelet's /metrics/cadvisor",
  },
  { metrics: /^kube_/, name: "kube-state-metrics", remedy: "run it in the cluster" },
  { metrics: /^kubelet_/, name: "the kubelet", remedy: "scrape it" },
  { metrics: /^elasticsearch_/, name: "elasticsearch_exporter", remedy: "run it and scrape its port 9114" },
  { metrics: /^nginx(exporter)?_/, name: "nginx-prometheus-exporter", remedy: "run it and scrape its port 9113" },
  {
    metrics: /^probe_/,
    name: "probes by blackbox_exporter",
    remedy: "run it, and give Prometheus a job that probes your addresses through it",
  },
  { metrics: /^blackbox_/, name: "blackbox_exporter", remedy: "scrape its port 9115" },
  { metrics: /^alertmanager_/, name: "Alertmanager", remedy: "scrape its port 9093" },
  {
    metrics: /^(prometheus_|promhttp_|net_conntrack_)/,
    name: "Prometheus itself",
    remedy: "let it scrape itself, port 9090",
  },
  { metrics: /^(grafana_|access_evaluation_)/, name: "Grafana", remedy: "scrape its /metrics" },
  { metrics: /^push(gateway)?_/, name: "Pushgateway", remedy: "run it and scrape its port 9091" },
  { metrics: /^(up$|scrape_|ALERTS)/, name: "Prometheus itself", remedy: "give it something to scrape" },
  { metrics: /^go_/, name: "programs in Go", remedy: "scrape them" },
];

const unknownSource = {
  name: "something else",
  remedy: "the description of the panel or the runbook of the alert tells",
};

export function sourceOf(metric: string): Pick<Source, "name" | "remedy"> {
  return sources.find(({ metrics }) => metrics.test(metric)) ?? unknownSource;
}

/** Metrics that Prometheus makes when there is a reason to, so that their absence says nothing. */
export function isAlwaysThere(metric: string): boolean {
  return /^ALERTS(_FOR_STATE)?$/.test(metric);
}

/** Labels under which other set-ups have what a label of ours says, the likeliest first. */
export const otherLabels: Readonly<Record<string, readonly string[]>> = {
  service_name: ["service", "app", "application", "app_kubernetes_io_name", "exported_job", "container"],
  service_version: ["version", "app_kubernetes_io_version", "app_version"],
  deployment_environment_name: ["deployment_environment", "environment", "env", "stage", "namespace"],
  http_route: ["route", "path", "handler", "uri"],
  http_request_method: ["method", "http_method", "verb"],
  http_response_status_code: ["status", "code", "status_code", "http_status_code"],
  server_address: ["net_peer_name", "peer", "host"],
};
