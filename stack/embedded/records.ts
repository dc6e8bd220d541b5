/** What the box keeps: spans, log records and metric samples, whichever way they came in. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Attributes = Readonly<Record<string, Json>>;

/** Who speaks: the attributes of an OpenTelemetry resource. `service.name` is always there. */
export type Resource = Attributes;

export interface Span {
  readonly resource: Resource;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  /** As OTLP numbers it: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Microseconds since 1970. */
  readonly startUs: number;
  readonly durationUs: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
}

export interface SpanEvent {
  readonly name: string;
  readonly timeUs: number;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface LogRecord {
  readonly resource: Resource;
  readonly timeUs: number;
  /** As OTLP numbers it: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal; 0 unknown. */
  readonly severity: number;
  readonly message: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly attributes: Attributes;
}

export type MetricType = "counter" | "gauge" | "histogram" | "summary" | "info" | "unknown";

/** One metric as Prometheus sees it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** The family's name with `_total`, `_bucket`, `_sum` or `_count` where its type has one. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timeUs: number;
}

/** What came in with one request, or one scrape. */
export interface MetricBatch {
  readonly resource: Resource;
  readonly timeUs: number;
  readonly families: readonly MetricFamily[];
}

export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

export const statusError = 2;

/** A request or message that a service took, as opposed to a step or a job of its own. */
export function isEntry({ kind }: Pick<Span, "kind">): boolean {
  return kind === spanKinds.server || kind === spanKinds.consumer;
}
