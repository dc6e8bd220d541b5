/** Cases for promtool, which show of each alert of an objective when it fires and when not. */
import { budgetOf, burnAlert, burns, dataMissing, exhausted, expectedEvents } from "./slo-alerts.ts";
import { fewestBadEvents, thresholdOf } from "./slo-alerts.ts";
import type { Burn, Rule } from "./slo-alerts.ts";
import { inEnvironment, requestsOf, seriesOf, serviceIn } from "./slo-traffic.ts";
import type { Series, Traffic } from "./slo-traffic.ts";
import type { Slo } from "./slo.ts";

interface Case {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly Series[];
  readonly alert_rule_test: readonly unknown[];
}

/** An alert that is expected, with its value. */
interface Firing {
  readonly alert: Rule;
  readonly value: number;
}

/** Less than 10 % away from a threshold, so that one that was moved by 10 % is noticed. */
const above = 1.05;
const under = 0.95;
const enoughBadEvents = fewestBadEvents * 1.03;

/**
 * Burn-rate alerts: the quick ones for an evaluation every minute, the slow ones for one every ten minutes, because hours
 * take long to go through minute by minute.
 */
export function quickBurnCases(slo: Slo): readonly Case[] {
  return possibleBurns(slo).flatMap((burn) => (isQuick(burn) ? casesOfBurn(slo, burn, 1) : []));
}

export function slowBurnCases(slo: Slo): readonly Case[] {
  return possibleBurns(slo).flatMap((burn) => (isQuick(burn) ? [] : casesOfBurn(slo, burn, 10)));
}

function isQuick(burn: Burn): boolean {
  return minutesOf(burn.for) < 60;
}

function possibleBurns(slo: Slo): readonly Burn[] {
  return burns.filter((burn) => thresholdOf(slo, burn) < 1);
}

/** @param step - Minutes between two evaluations. */
function casesOfBurn(slo: Slo, burn: Burn, step: number): readonly Case[] {
  const threshold = thresholdOf(slo, burn);
  const [tooMuch, justNot] = [above * threshold, under * threshold];
  const steady: Traffic = { long: tooMuch, short: tooMuch, badEvents: 10_000 };
  const make = (kind: string, traffic: Partial<Traffic>, at: number) => {
    const all = { ...steady, ...traffic };
    const expected = firing(slo, all, at, step);
    const setting = { slo, series: requestsOf(slo, all), at };
    return caseOf("ServiceErrorBudgetBurn", `${kind}, ${slo.name} ${burn.factor}x in ${burn.long}`, setting, expected);
  };
  // The rate needs two samples: the condition holds from the first step on.
  const full = step + minutesOf(burn.for);
  // The short window has left the first five minutes behind, and `for` is over.
  const settled = minutesOf(burn.short) + minutesOf(burn.for) + (step === 1 ? 7 : 2 * step);
  return [
    make("fires", {}, full),
    make("before for", {}, full - step),
    make("just under in the long window", { long: justNot }, settled),
    make("just under in the short window", { short: justNot }, settled),
    make("fires with the fewest bad events", { badEvents: enoughBadEvents }, settled),
    make("guard, one bad event too few", { badEvents: fewestBadEvents * under }, settled),
    make("no data, there are no requests", { long: 0, short: 0, badEvents: 0 }, settled),
    ...(slo.sli === "errors" ? [make("fires by the histogram", { byHistogram: true }, full)] : []),
  ];
}

/** What fires: slower burns do too, once their `for` is over. */
function firing(slo: Slo, { long, short, badEvents }: Traffic, at: number, step: number): readonly Firing[] {
  return possibleBurns(slo)
    .filter((burn) => {
      const threshold = thresholdOf(slo, burn);
      const isTrickleBad = short > threshold || at < 5 + minutesOf(burn.short);
      return long > threshold && isTrickleBad && badEvents >= fewestBadEvents && at >= step + minutesOf(burn.for);
    })
    .map((burn) => ({ alert: burnAlert(slo, burn), value: long }));
}

/** Alerts over 30 days, for an evaluation every five minutes. */
export function budgetCases(slo: Slo): readonly Case[] {
  return [...exhaustedCases(slo), ...missingCases(slo)];
}

function exhaustedCases(slo: Slo): readonly Case[] {
  const make = (kind: string, times: number, at: number, badEvents = 10_000, fires = false) => {
    const share = times * budgetOf(slo);
    const series = requestsOf(slo, { long: share, short: share, badEvents });
    const expected = fires ? [{ alert: exhausted(slo), value: 1 - times }] : [];
    return caseOf("ServiceErrorBudgetExhausted", `${kind}, ${slo.name}`, { slo, series, at }, expected);
  };
  return [
    make("fires", above, 20, 10_000, true),
    make("before for", above, 15),
    make("just under", under, 60),
    make("fires with the fewest bad events", above, 60, enoughBadEvents, true),
    make("guard, one bad event too few", above, 60, fewestBadEvents * under),
    make("no data, there are no requests", 0, 60, 0),
  ];
}

function missingCases(slo: Slo): readonly Case[] {
  const service = serviceIn(slo);
  const counted = (events: number, values: string): Series =>
    seriesOf("service:slo_events:sum5m", [service, inEnvironment, `slo="${slo.name}"`], `${events}${values}`);
  const runs = seriesOf("target_info", [service, inEnvironment], "1x400");
  const [enough, tooFew] = [expectedEvents * above, expectedEvents * under];
  // A day and an hour of requests, then none are counted.
  const [gone, there] = ["x300 stale", "x400"];
  const make = (kind: string, series: readonly Series[], at: number, expected: readonly Firing[] = []) =>
    caseOf("SloDataMissing", `${kind}, ${slo.name}`, { slo, series, at, interval: "5m" }, expected);
  return [
    make("fires", [counted(enough, gone), runs], 1520, [{ alert: dataMissing(slo), value: enough }]),
    make("before for", [counted(enough, gone), runs], 1510),
    make("just under", [counted(tooFew, gone), runs], 1540),
    make("guard, still counted", [counted(enough, there), runs], 1540),
    make("guard, the service does not run", [counted(enough, gone)], 1540),
    make("no data, never counted", [runs], 1540),
  ];
}

interface Setting {
  readonly slo: Slo;
  readonly series: readonly Series[];
  /** Minutes after the first sample. */
  readonly at: number;
  /** Between two samples. */
  readonly interval?: string;
}

function caseOf(alert: string, kind: string, setting: Setting, expected: readonly Firing[]): Case {
  const { slo, series, at, interval = "1m" } = setting;
  return {
    name: `${alert}: ${kind}`,
    interval,
    input_series: series,
    alert_rule_test: [
      { eval_time: `${at}m`, alertname: alert, exp_alerts: expected.map((one) => expectedAlert(slo, one)) },
    ],
  };
}

function expectedAlert(slo: Slo, { alert, value }: Firing) {
  const service = slo.service ?? "orders";
  const rendered = Object.entries(alert.annotations ?? {}).map(([key, text]) => [key, render(text, service, value)]);
  return {
    exp_labels: { service_name: service, deployment_environment_name: "production", ...alert.labels },
    exp_annotations: Object.fromEntries(rendered),
  };
}

/** What Prometheus makes of the templates that the rules use. */
function render(text: string, service: string, value: number): string {
  const rounded = (number: number) => String(Number(number.toPrecision(4)));
  return text
    .replaceAll("{{ $labels.service_name }}", service)
    .replaceAll("{{ $labels.deployment_environment_name }}", "production")
    .replaceAll("{{ $value | humanizePercentage }}", `${rounded(value * 100)}%`)
    .replaceAll("{{ $value | humanize }}", rounded(value));
}

const minutesIn = { m: 1, h: 60, d: 1440 } as const;

function minutesOf(duration: string): number {
  const [, count = "", unit = ""] = /^(\d+)([mhd])$/.exec(duration) ?? [];
  return Number(count) * (Object.entries(minutesIn).find(([name]) => name === unit)?.[1] ?? 0);
}
