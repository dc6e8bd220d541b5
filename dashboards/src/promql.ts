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
  const total = sumRate(all, by, over);
  return `(${sumRate(bad, by, over)} or 0 * ${total}) / (${total} > 0)`;
}

export const requests = {
  /** Requests by route and class of status; born at zero, so that no first error is missed. */
  counted: (selector: string) => `${nameOf(metrics.httpRequests)}{${selector}}`,
  failed: (selector: string) => `${nameOf(metrics.httpRequests)}{${selector},${labels.statusClass}="5xx"}`,
  seconds: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_sum{${selector}}`,
  count: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_count{${selector}}`,
  buckets: (selector: string) => `${nameOf(metrics.httpServerRequestDuration)}_bucket{${selector}}`,
} as const;

function grouped(by: readonly string[]): string {
  return by.length === 0 ? "" : ` by (${by.join(", ")})`;
}
