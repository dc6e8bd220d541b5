/** Requests to a service, as series for promtool. */
import { attributes, metrics, prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import type { Slo } from "./slo.ts";

export interface Series {
  readonly series: string;
  readonly values: string;
}

/**
 * Five minutes with many requests, which a long window is full of, then a trickle, which is all that a short window has.
 */
export interface Traffic {
  /** Share of bad events in the first five minutes. */
  readonly long: number;
  /** Share of bad events in the trickle. */
  readonly short: number;
  /** In the first five minutes. */
  readonly badEvents: number;
  /** Counted by the histogram alone, as without obsbox's SDK. */
  readonly byHistogram?: boolean;
}

interface Phases {
  readonly long: number;
  readonly short: number;
}

export const inEnvironment = 'deployment_environment_name="production"';

export function serviceIn({ service = "orders" }: Slo): string {
  return `service_name="${service}"`;
}

/** The trickle has this share of the five minutes' events in each minute: it changes nothing in a long window. */
const trickle = 1e-6;

export function requestsOf(slo: Slo, traffic: Traffic): readonly Series[] {
  const bad = { long: traffic.badEvents / 5, short: traffic.badEvents * trickle };
  const all = { long: total(bad.long, traffic.long), short: total(bad.short, traffic.short) };
  const good = { long: all.long - bad.long, short: all.short - bad.short };
  const name = (metric: (typeof metrics)[keyof typeof metrics], suffix = "") => prometheusName(metric) + suffix;
  const make = (metric: string, label: string, phases: Phases) =>
    seriesOf(metric, [serviceIn(slo), inEnvironment, ...(label === "" ? [] : [label])], counter(phases));
  const count = name(metrics.httpServerRequestDuration, "_count");
  if (slo.sli === "latency") {
    const bucket = name(metrics.httpServerRequestDuration, "_bucket");
    const threshold = slo.thresholdSeconds ?? 0;
    const le = Number.isInteger(threshold) ? `${threshold}.0` : String(threshold);
    return [make(count, "", all), make(bucket, `le="${le}"`, good), make(bucket, 'le="+Inf"', all)];
  }
  const code = prometheusLabel(attributes.httpResponseStatusCode);
  if (traffic.byHistogram === true) return [make(count, `${code}="200"`, good), make(count, `${code}="503"`, bad)];
  const statusClass = prometheusLabel(attributes.statusClass);
  const counted = name(metrics.httpRequests);
  return [make(counted, `${statusClass}="2xx"`, good), make(counted, `${statusClass}="5xx"`, bad)];
}

export function seriesOf(metric: string, labels: readonly string[], values: string): Series {
  return { series: `${metric}{${labels.join(", ")}}`, values };
}

function total(bad: number, share: number): number {
  return share === 0 ? 0 : bad / share;
}

/** A counter in promtool's notation, one value a minute. */
function counter({ long, short }: Phases): string {
  return `0+${plain(long)}x5 ${plain(5 * long + short)}+${plain(short)}x600`;
}

function plain(value: number): string {
  return String(Number(value.toFixed(12)));
}
