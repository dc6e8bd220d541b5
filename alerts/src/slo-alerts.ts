/** Alerts of an objective. */
import { identity, isMeasured, ratioOf, recorded } from "./slo-expressions.ts";
import type { Slo } from "./slo.ts";

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Burn {
  /** How many times faster than the objective allows. */
  readonly factor: number;
  readonly long: string;
  readonly short: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  /** When the budget of 30 days is gone at this pace. */
  readonly gone: string;
  readonly longInWords: string;
}

/** The workbook's: 2 %, 5 %, 10 % and 10 % of the budget within the long window. */
export const burns: readonly Burn[] = [
  { factor: 14.4, long: "1h", short: "5m", for: "2m", severity: "critical", gone: "2 days", longInWords: "hour" },
  { factor: 6, long: "6h", short: "30m", for: "15m", severity: "critical", gone: "5 days", longInWords: "6 hours" },
  { factor: 3, long: "1d", short: "2h", for: "1h", severity: "warning", gone: "10 days", longInWords: "day" },
  { factor: 1, long: "3d", short: "6h", for: "3h", severity: "warning", gone: "30 days", longInWords: "3 days" },
];

/** Fewer bad events than this are no alert, whatever share they are. */
export const fewestBadEvents = 5;

/** Requests in five minutes, at the same hour of yesterday: with fewer it may be by chance that there are none now. */
export const expectedEvents = 5;

/** Share of requests that may be bad, without the dust of binary fractions: 0.001 of 99.9. */
export function budgetOf({ objective }: Slo): number {
  return tidy(1 - objective / 100);
}

/** A share above this is too fast; 1 or more can never be passed. */
export function thresholdOf(slo: Slo, { factor }: Burn): number {
  return tidy(factor * budgetOf(slo));
}

export function tidy(value: number): number {
  return Number(value.toFixed(12));
}

/** @see https://sre.google/workbook/alerting-on-slos/ */
export function burnAlert(slo: Slo, burn: Burn): Rule {
  const { factor, long, short, severity } = burn;
  const threshold = thresholdOf(slo, burn);
  return {
    alert: "ServiceErrorBudgetBurn",
    expr: [
      `${ratioOf(slo, long)} > ${threshold}`,
      `${ratioOf(slo, short)} > ${threshold}`,
      `${recorded("bad_events", slo, long)} >= ${fewestBadEvents}`,
    ].join("\nand\n"),
    for: burn.for,
    labels: { severity, component: "app", slo: slo.name, long_window: long, short_window: short },
    annotations: {
      summary: `{{ $labels.service_name }} spends its error budget ${factor === 1 ? "faster than it may" : `${factor} times too fast`}`,
      description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.service_name }} within the last ${burn.longInWords} ${badness(slo)}; the objective ${slo.name} allows ${percent(budgetOf(slo))}. At this pace the budget of 30 days lasts ${burn.gone}. Users notice it now.`,
      ...pathsOf("ServiceErrorBudgetBurn"),
    },
  };
}

function badness({ sli, thresholdSeconds = 0 }: Slo): string {
  return sli === "errors" ? "failed" : `took longer than ${thresholdSeconds} s`;
}

export function percent(share: number): string {
  return `${tidy(share * 100)} %`;
}

export function exhausted(slo: Slo): Rule {
  const own = `{slo="${slo.name}"}`;
  return {
    alert: "ServiceErrorBudgetExhausted",
    expr: [
      `service:slo_error_budget_left:ratio${own} < 0`,
      `sum_over_time(service:slo_bad_events:sum5m${own}[30d]) >= ${fewestBadEvents}`,
    ].join("\nand\n"),
    for: "15m",
    labels: { severity: "warning", component: "app", slo: slo.name },
    annotations: {
      summary: "{{ $labels.service_name }} has spent its error budget of 30 days",
      description: `More than ${percent(budgetOf(slo))} of the requests to {{ $labels.service_name }} within the last 30 days ${badness(slo)} (objective ${slo.name}); {{ $value | humanizePercentage }} of the budget is left. Users have had more trouble than was promised: repair before features.`,
      ...pathsOf("ServiceErrorBudgetExhausted"),
    },
  };
}

export function dataMissing(slo: Slo): Rule {
  const own = `{slo="${slo.name}"}`;
  return {
    alert: "SloDataMissing",
    expr: [
      `avg_over_time(service:slo_events:sum5m${own}[1h] offset 1d) > ${expectedEvents}`,
      `unless\nservice:slo_events:sum5m${own}`,
      `and on (${identity})\n${isMeasured(slo)}`,
    ].join("\n"),
    for: "10m",
    labels: { severity: "warning", component: "app", slo: slo.name },
    annotations: {
      summary: "{{ $labels.service_name }} runs, and its requests are not counted",
      description: `{{ $labels.service_name }} answered {{ $value | humanize }} requests in five minutes at this hour yesterday, and has no counter of requests now, though it runs. The objective ${slo.name} is blind: failures that users see raise no alert.`,
      ...pathsOf("SloDataMissing"),
    },
  };
}

const ofService =
  "var-service={{ $labels.service_name }}&var-environment={{ $labels.deployment_environment_name }}&from=now-6h&to=now";

function pathsOf(alert: string) {
  return {
    runbook_url: `https://github.com/obsbox/obsbox/blob/main/docs/runbooks/${alert}.md`,
    dashboard_path: `/grafana/d/obsbox-services-slo?${ofService}`,
    logs_path: `/grafana/d/obsbox-services-logs?${ofService}`,
  };
}
