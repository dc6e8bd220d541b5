/** Rules of an objective: what is recorded for each window, the alerts over it, what is left of the budget. */
import { budgetOf, burnAlert, burns, dataMissing, exhausted, thresholdOf, tidy } from "./slo-alerts.ts";
import type { Rule } from "./slo-alerts.ts";
import { badEventsOf, eventsOf, ratioName, recorded } from "./slo-expressions.ts";
import { slis } from "./slo.ts";
import type { Slo } from "./slo.ts";

export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

/** Groups of an objective, in the order in which they need each other. The longer the window, the rarer it is asked. */
export function groupsOf(slo: Slo): readonly RuleGroup[] {
  const [first, ...others] = burns.map((burn) => (thresholdOf(slo, burn) < 1 ? [burnAlert(slo, burn)] : []));
  return [
    {
      name: `slo-${slo.name}-short`,
      interval: "30s",
      rules: [...windowRules(slo, ["5m", "30m", "1h"]), ...(first ?? [])],
    },
    {
      name: `slo-${slo.name}-long`,
      interval: "2m",
      rules: [...windowRules(slo, ["2h", "6h", "1d", "3d"]), ...others.flat()],
    },
    {
      name: `slo-${slo.name}-budget`,
      interval: "5m",
      rules: [...budgetRules(slo), exhausted(slo), dataMissing(slo)],
    },
  ];
}

function windowRules(slo: Slo, windows: readonly string[]): readonly Rule[] {
  const labels = { slo: slo.name };
  return windows.flatMap((window) => [
    { record: `service:slo_http_events:increase${window}`, expr: eventsOf(slo, window), labels },
    { record: `service:slo_http_bad_events:increase${window}`, expr: badEventsOf(slo, window), labels },
    {
      record: ratioName(slo, window),
      expr: `${recorded("bad_events", slo, window)}\n/ (${recorded("events", slo, window)} > 0)`,
      labels,
    },
  ]);
}

/** Increments of five minutes, so that 30 days are cheap to sum, and every request weighs the same. */
function budgetRules(slo: Slo): readonly Rule[] {
  const labels = { slo: slo.name };
  const own = `{slo="${slo.name}"}`;
  return [
    { record: "service:slo_events:sum5m", expr: recorded("events", slo, "5m"), labels },
    { record: "service:slo_bad_events:sum5m", expr: recorded("bad_events", slo, "5m"), labels },
    {
      record: "service:slo_objective:ratio",
      expr: `0 * service:slo_events:sum5m${own} + ${tidy(slo.objective / 100)}`,
      labels,
    },
    {
      record: "service:slo_sli:ratio_30d",
      expr: `1 - sum_over_time(service:slo_bad_events:sum5m${own}[30d])\n/ (sum_over_time(service:slo_events:sum5m${own}[30d]) > 0)`,
      labels,
    },
    {
      record: "service:slo_error_budget_left:ratio",
      expr: `1 - (1 - service:slo_sli:ratio_30d${own}) / ${budgetOf(slo)}`,
      labels,
    },
  ];
}

/** Names of every series that objectives may record, with those of a sli that the box's own objectives do not have. */
export function recordableNames(): readonly string[] {
  const any = { name: "any", service: undefined, without: [], objective: 99, thresholdSeconds: 1 };
  const groups = slis.flatMap((sli) => groupsOf({ ...any, sli }));
  return [...new Set(groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? [])))];
}
