/** What the rules of objectives record: alerts/slo.rules.yml, made of alerts/slos.yml. */
import { inEnvironment, labels } from "./promql.ts";

const identity = `${labels.service}, ${labels.environment}`;

/** Series of the service that the page is about. */
const ofService = `${labels.service}="$service",${inEnvironment}`;

/** They are recorded every five minutes, which is when Prometheus takes a series for gone. */
const latest = (series: string) => `last_over_time(${series}[15m])`;

/** Kinds of objectives: answered without 5xx, and answered in time. */
export type Sli = "errors" | "latency";

const objective = (selector: string) => latest(`service:slo_objective:ratio{${selector}}`);
const left = (selector: string) => latest(`service:slo_error_budget_left:ratio{${selector}}`);

export const slo = {
  ofService,
  objective,
  left,
  /** Share of good requests within 30 days. */
  good: (selector: string) => latest(`service:slo_sli:ratio_30d{${selector}}`),
  ratio: (sli: Sli, window: string, selector: string) => `service:slo_http_${sli}:ratio_rate${window}{${selector}}`,
  bad: (window: string, selector: string) => `service:slo_http_bad_events:increase${window}{${selector}}`,
  badSum: (selector: string) => `service:slo_bad_events:sum5m{${selector}}`,
  sum: (selector: string) => `service:slo_events:sum5m{${selector}}`,
  /** What is left of the budget of the objective that has least, of all objectives of a service. */
  leastLeft: (selector: string, by: readonly string[] = []) =>
    `min${by.length === 0 ? "" : ` by (${by.join(", ")})`} (${left(selector)})`,
  /** Share of requests that an objective allows to be bad. */
  allowed: (sli: Sli) =>
    `1 - max(${objective(ofService)} and on (${identity}, slo) service:slo_http_${sli}:ratio_rate1h{${ofService}})`,
  /** How many times faster than the objective allows: 1 spends the budget in exactly 30 days. */
  burn: (window: string, selector: string) =>
    `(service:slo_http_errors:ratio_rate${window}{${selector}} or service:slo_http_latency:ratio_rate${window}{${selector}}) / on (${identity}, slo) (1 - ${objective(selector)})`,
} as const;
