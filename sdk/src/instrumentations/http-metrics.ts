/** The metrics of HTTP servers and clients. */
import type { Attributes, Span } from "@opentelemetry/api";
import type { OwnHistogram } from "../metrics/histogram.ts";
import { observe } from "../metrics/observe.ts";
import type { MetricPipeline } from "../metrics/pipeline.ts";
import { attributes, durationBuckets, metrics } from "../vocabulary.ts";
import { cachedSeries, histogramOf } from "./series-cache.ts";

/** What tells the series of a finished request apart. */
export interface FinishedRequest {
  readonly method: string;
  readonly status: number | undefined;
  readonly errorType: string | undefined;
}

export interface FinishedServerRequest extends FinishedRequest {
  readonly route: string | undefined;
  readonly scheme: string;
  readonly protocolVersion: string;
}

export interface FinishedClientRequest extends FinishedRequest {
  readonly address: string;
  readonly port: number;
}

export interface ServerMetrics {
  begin(method: string, scheme: string): void;
  end(request: FinishedServerRequest, seconds: number, span: Span): void;
  stop(): void;
}

export interface ClientMetrics {
  end(request: FinishedClientRequest, seconds: number, span: Span): void;
}

/** Classes that every route has from its first request on, so that the first error is a rise from 0. */
const statusClasses = ["2xx", "3xx", "4xx", "5xx"] as const;

export function createServerMetrics(pipeline: MetricPipeline): ServerMetrics {
  const durations = histogramOf(pipeline, metrics.httpServerRequestDuration, durationBuckets);
  const seriesOf = cachedSeries(durations, partsOfServer, labelsOfServer);
  const active = new Map<string, { readonly labels: Attributes; count: number }>();
  const activeOf = (method: string, scheme: string) => {
    const key = `${method} ${scheme}`;
    const known = active.get(key);
    if (known !== undefined) return known;
    const labels = { [attributes.httpRequestMethod]: method, [attributes.urlScheme]: scheme };
    const added = { labels, count: 0 };
    active.set(key, added);
    return added;
  };
  const stops = [
    observe(pipeline, metrics.httpServerActiveRequests, () =>
      [...active.values()].map(({ labels, count }) => [labels, count]),
    ),
    observe(pipeline, metrics.httpRequests, countRequests(durations)),
  ];
  return {
    begin(method, scheme) {
      activeOf(method, scheme).count += 1;
    },
    end(request, seconds, span) {
      activeOf(request.method, request.scheme).count -= 1;
      seriesOf(request).record(seconds, span);
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

export function createClientMetrics(pipeline: MetricPipeline): ClientMetrics {
  const durations = histogramOf(pipeline, metrics.httpClientRequestDuration, durationBuckets);
  const seriesOf = cachedSeries(durations, partsOfClient, labelsOfClient);
  return { end: (request, seconds, span) => seriesOf(request).record(seconds, span) };
}

function partsOfServer({ method, status, route, scheme, protocolVersion, errorType }: FinishedServerRequest) {
  return [route, status, method, scheme, protocolVersion, errorType];
}

function labelsOfServer(request: FinishedServerRequest) {
  return {
    [attributes.httpRequestMethod]: request.method,
    [attributes.httpResponseStatusCode]: request.status,
    [attributes.httpRoute]: request.route,
    [attributes.urlScheme]: request.scheme,
    [attributes.networkProtocolVersion]: request.protocolVersion,
    [attributes.errorType]: request.errorType,
  };
}

function partsOfClient({ method, status, address, port, errorType }: FinishedClientRequest) {
  return [address, port, status, method, errorType];
}

function labelsOfClient(request: FinishedClientRequest) {
  return {
    [attributes.httpRequestMethod]: request.method,
    [attributes.serverAddress]: request.address,
    [attributes.serverPort]: request.port,
    [attributes.httpResponseStatusCode]: request.status,
    [attributes.errorType]: request.errorType,
  };
}

/**
 * Counts requests by route and class of status. A counter that is first seen at 1 shows no rise to Prometheus, and
 * errors on a new route would be missed: so a new series shows 0 in its first collection.
 */
function countRequests(durations: OwnHistogram): () => Iterable<readonly [Attributes, number]> {
  const shown = new Set<string>();
  return () => {
    const counts = new Map<string, { readonly labels: Attributes; count: number }>();
    for (const [labels, series] of durations.all()) {
      const route = labels[attributes.httpRoute];
      for (const statusClass of statusClasses) countOf(counts, route, statusClass);
      countOf(counts, route, classOf(labels)).count += series.count;
    }
    return [...counts].map(([key, { labels, count }]) => [labels, firstZero(shown, key, count)]);
  };
}

function countOf(
  counts: Map<string, { readonly labels: Attributes; count: number }>,
  route: unknown,
  statusClass: string,
) {
  const key = `${statusClass} ${String(route)}`;
  const labels = {
    ...(typeof route === "string" ? { [attributes.httpRoute]: route } : {}),
    [attributes.statusClass]: statusClass,
  };
  const known = counts.get(key) ?? { labels, count: 0 };
  counts.set(key, known);
  return known;
}

function classOf(labels: Attributes): string {
  const status = labels[attributes.httpResponseStatusCode];
  return typeof status === "number" ? `${Math.floor(status / 100)}xx` : "aborted";
}

function firstZero(shown: Set<string>, key: string, count: number): number {
  if (shown.has(key)) return count;
  shown.add(key);
  return 0;
}
