/** PromQL of the objectives: what counts as an event, and what as a bad one. */
import { attributes, commonLabels, metrics, prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import type { Slo } from "./slo.ts";

const [service, , environment] = commonLabels.map(prometheusLabel);

/** Series of one objective are told apart by these; the second may be absent. */
export const identity = `${service}, ${environment}`;

const statusClass = prometheusLabel(attributes.statusClass);
const statusCode = prometheusLabel(attributes.httpResponseStatusCode);
const counted = prometheusName(metrics.httpRequests);
const duration = prometheusName(metrics.httpServerRequestDuration);

/** Selects the series of an objective's services. */
export function servicesOf({ service: name, without }: Slo): string {
  if (name !== undefined) return `${service}=${quoted(name)}`;
  const others = without.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join("|");
  return `${service}!=""${others === "" ? "" : `,${service}!~${quoted(others)}`}`;
}

/** Events of a window. What does not use obsbox's own counter, which is born at zero, is counted by the histogram. */
export function eventsOf(slo: Slo, window: string): string {
  const all = servicesOf(slo);
  const byHistogram = increased(`${duration}_count{${all}}`, window);
  return slo.sli === "latency" ? byHistogram : `${increased(`${counted}{${all}}`, window)}\nor\n${byHistogram}`;
}

/** Bad events of a window; 0 where there are events and none of them is bad. */
export function badEventsOf(slo: Slo, window: string): string {
  const all = servicesOf(slo);
  const events = recorded("events", slo, window);
  if (slo.sli === "latency") {
    const fast = increased(`${duration}_bucket{${all},${bucketLabel(slo.thresholdSeconds ?? 0)}}`, window);
    return `clamp_min(\n  ${events}\n  - on (${identity})\n  ${fast},\n  0\n)`;
  }
  return [
    increased(`${counted}{${all},${statusClass}="5xx"}`, window),
    increased(`${duration}_count{${all},${statusCode}=~"5.."}`, window),
    `0 * ${events}`,
  ].join(`\nor on (${identity})\n`);
}

/** A series that these rules record for a window: `service:slo_http_events:increase1h{slo="..."}`. */
export function recorded(what: "events" | "bad_events", { name }: Slo, window: string): string {
  return `service:slo_http_${what}:increase${window}{slo="${name}"}`;
}

/** Share of bad events, recorded for a window. */
export function ratioName({ sli }: Slo, window: string): string {
  return `service:slo_http_${sli}:ratio_rate${window}`;
}

export function ratioOf(slo: Slo, window: string): string {
  return `${ratioName(slo, window)}{slo="${slo.name}"}`;
}

export function isMeasured(slo: Slo): string {
  return `group by (${identity}) (target_info{${servicesOf(slo)}})`;
}

function increased(series: string, window: string): string {
  return `sum by (${identity}) (increase(${series}[${window}]))`;
}

/** Whole seconds are `1` in one format of `/metrics` and `1.0` in the other. */
function bucketLabel(seconds: number): string {
  return Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}[.]0"` : `le="${seconds}"`;
}

/** A string of PromQL has the escapes of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
