/** PromQL over the names of the vocabulary: what several pages ask in the same way stands here once. */
import { attributes, metrics, prometheusLabel, prometheusName, resourceAttributes } from "@obsbox/sdk/vocabulary";
import type { Metric } from "@obsbox/sdk/vocabulary";

/** Name on `/metrics`. */
export function nameOf(metric: Metric): string {
  return prometheusName(metric);
}

/** Names of labels on `/metrics`. */
export const labels = {
  service: prometheusLabel(resourceAttributes.serviceName),
  version: prometheusLabel(resourceAttributes.serviceVersion),
  environment: prometheusLabel(resourceAttributes.deploymentEnvironmentName),
  errorType: prometheusLabel(attributes.errorType),
  method: prometheusLabel(attributes.httpRequestMethod),
  statusCode: prometheusLabel(attributes.httpResponseStatusCode),
  statusClass: prometheusLabel(attributes.statusClass),
  route: prometheusLabel(attributes.httpRoute),
  serverAddress: prometheusLabel(attributes.serverAddress),
  serverPort: prometheusLabel(attributes.serverPort),
  eventloopState: prometheusLabel(attributes.nodejsEventloopState),
  gcType: prometheusLabel(attributes.v8jsGcType),
  heapSpace: prometheusLabel(attributes.v8jsHeapSpaceName),
  resourceType: prometheusLabel(attributes.v8jsResourceType),
  diagnosticCode: prometheusLabel(attributes.diagnosticCode),
  instrument: prometheusLabel(attributes.instrument),
  logLevel: prometheusLabel(attributes.logLevel),
  nodeVersion: prometheusLabel(attributes.nodeVersion),
  reason: prometheusLabel(attributes.reason),
} as const;

/** Series of the chosen environments, for a page about all services. */
export const inEnvironment = `${labels.environment}=~"$environment"`;

/** Series of the chosen service: a page about one service has these variables. */
export const ofService = [
  `${labels.service}="$service"`,
  inEnvironment,
  `${labels.version}=~"$version"`,
  `instance=~"$instance"`,
].join(",");

/** Interval that holds at least four scrapes, whatever the range of the page. */
export const interval = "$__rate_interval";

/** `sum by (by) (rate(series[interval]))`; without `by` one value. */
export function sumRate(series: string, by: readonly string[] = [], over = interval): string {
  return `sum${grouped(by)} (rate(${series}[${over}]))`;
}

export function sumIncrease(series: string, by: readonly string[] = [], over = interval): string {
  return `sum${grouped(by)} (increase(${series}[${over}]))`;
}

/** Quantile of a histogram's buckets, for instance `quantile(0.95, buckets, ["service_name"])`. */
export function quantile(q: number, buckets: string, by: readonly string[] = [], over = interval): string {
  return `histogram_quantile(${q}, sum by (${["le", ...by].join(", ")}) (rate(${buckets}[${over}])))`;
}

/**
 * Share of bad events: 0 where there are none of them, nothing where there are no events at all. A plain division gives
 * nothing where no bad event has ever been counted, and NaN without traffic.
 *
 * @param bad - Series of a counter, with its selector.
 * @param all - Series of a counter that counts these too.
 */
export function share(bad: string, all: string, by: readonly string[] = [], over = interval): string {
  return shareOf(sumRate(bad, by, over), sumRate(all, by, over));
}

/** The same of two expressions that are rates already. */
export function shareOf(bad: string, total: string): string {
  return `(${bad} or 0 * ${total}) / (${total} > 0)`;
}

/** What has happened within the range of the page, 0 where the counter does not exist before its first event. */
export function countedOrZero(series: string): string {
  return `sum(increase(${series}[$__range])) or vector(0)`;
}

export const requests = {
  /** Requests by route and class of status; born at zero, so that no first error is missed. */
  counted: (selector: string) => `${nameOf(metrics.httpRequests)}{${selector}}`,
  failed: (selector: string) => `${nameOf(metrics.httpRequests)}{${selector},${labels.statusClass}="5xx"}`,
  seconds: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_sum{${selector}}`,
  count: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_count{${selector}}`,
  buckets: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_bucket{${selector}}`,
} as const;

/** Calls of the service to others over HTTP. */
export const calls = {
  count: (selector: string) => `${nameOf(metrics.httpClientRequestDuration)}_count{${selector}}`,
  seconds: (selector: string) => `${nameOf(metrics.httpClientRequestDuration)}_sum{${selector}}`,
  buckets: (selector: string) => `${nameOf(metrics.httpClientRequestDuration)}_bucket{${selector}}`,
  /**
   * Rate of calls that failed, as the alert DependencyErrors counts them: with an error that is not the caller's own
   * (429 is the other side's), or given up, which leaves neither a status nor an error.
   */
  failedRate(selector: string, by: readonly string[] = []): string {
    const { errorType, statusCode: status } = labels;
    const failures = [`${errorType}!="",${status}!~"4.."`, `${status}="429"`, `${errorType}="",${status}=""`];
    const rates = failures.map((failure) => `rate(${this.count(`${selector},${failure}`)}[${interval}])`);
    return `sum${grouped(by)} (${rates.join(" or ")})`;
  },
  failedShare(selector: string, by: readonly string[] = []): string {
    return shareOf(this.failedRate(selector, by), sumRate(this.count(selector), by));
  },
} as const;

const spanMetrics = "traces_span_metrics";

/** Spans as Jaeger counts and times them: by service and operation, without environment, version and instance. */
export const spans = {
  selector: `${labels.service}="$service"`,
  count: (selector: string) => `${spanMetrics}_calls_total{${selector}}`,
  failed: (selector: string) => `${spanMetrics}_calls_total{${selector},status_code="STATUS_CODE_ERROR"}`,
  milliseconds: (selector: string) => `${spanMetrics}_duration_milliseconds_sum{${selector}}`,
  buckets: (selector: string) => `${spanMetrics}_duration_milliseconds_bucket{${selector}}`,
} as const;

export const logged = {
  all: (selector: string) => `${nameOf(metrics.logRecords)}{${selector}}`,
  errors: (selector: string) => `${nameOf(metrics.logRecords)}{${selector},${labels.logLevel}=~"error|fatal"}`,
} as const;

/** Alerts of severity critical and warning that fire, for the service of the page. */
export const firing = (selector: string) =>
  `count(ALERTS{alertstate="firing",severity=~"critical|warning",${selector}}) or vector(0)`;

function grouped(by: readonly string[]): string {
  return by.length === 0 ? "" : ` by (${by.join(", ")})`;
}
