/** D3: how much error budget is left, and how fast does it burn? */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { Page, Panel } from "../model.ts";
import { deployments } from "../annotations.ts";
import { toLogs, toLogsWith, toRed, toRunbook, toTraces, toValue } from "../links.ts";
import { alerts, saysFrom, series, stat, table, text } from "../panels/index.ts";
import type { Thresholds } from "../panels/index.ts";
import { inEnvironment, labels, requests, shareOf, sumIncrease, sumRate } from "../promql.ts";
import { limits } from "../service-panels.ts";
import { slo } from "../slo.ts";
import { now, prom } from "../targets.ts";
import { dataSources, environment, labelValues, service } from "../variables.ts";

const { service: name, route } = labels;
const chosen = `${slo.ofService},slo="$slo"`;
const days30 = 30 * 24 * 3600;

/** The factors of the alert ServiceErrorBudgetBurn. */
const burnLimits: Thresholds = [
  [undefined, "green"],
  [1, "yellow"],
  [6, "orange"],
  [14.4, "red"],
];

const toBurnRunbook = toRunbook("ServiceErrorBudgetBurn");

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Good, 30 days", zh: "30 天达成率" },
    description: {
      en: "Share of good requests within 30 days, or since the box has been running. Every request weighs the same, at night as by day.",
      zh: "30 天内（或自部署以来）好请求的占比，每个请求权重相同，不分昼夜。",
    },
    unit: "percentunit",
    decimals: 3,
    targets: [now(slo.good(chosen))],
    links: [toRed],
  }),
  stat({
    title: { en: "Objective", zh: "目标" },
    description: {
      en: "What the service promises. It is set in slos.yml.",
      zh: "服务承诺的目标值，在 slos.yml 中设置。",
    },
    unit: "percentunit",
    decimals: 2,
    targets: [now(slo.objective(chosen))],
  }),
  stat({
    title: { en: "Budget left", zh: "剩余错误预算" },
    description: {
      en: "What is left of the allowed bad requests. Below 0 the objective is missed: repair before features. Far above 50 % all the time, the objective could be stricter or the team bolder.",
      zh: "允许的坏请求还剩多少。低于 0 表示未达成目标，应先修复；长期远高于 50% 说明目标可更严或可加快发布。",
    },
    unit: "percentunit",
    targets: [now(slo.left(chosen))],
    thresholds: limits.budget,
    links: [toRunbook("ServiceErrorBudgetExhausted")],
  }),
  stat({
    title: { en: "Burn rate, 1 h", zh: "1 小时燃烧率" },
    description: {
      en: "How fast the budget is spent: at 1 it lasts exactly 30 days. An alert comes at 14.4 within an hour, at 6 within six hours.",
      zh: "错误预算的消耗速度：为 1 时正好用满 30 天。1 小时内达到 14.4 或 6 小时内达到 6 会告警。",
    },
    unit: "none",
    decimals: 1,
    targets: [prom(slo.burn("1h", chosen))],
    thresholds: burnLimits,
    links: [toBurnRunbook],
  }),
  stat({
    title: { en: "Budget lasts", zh: "预算可用时间" },
    description: {
      en: "When the rest of the budget is spent, if it goes on as in the last six hours.",
      zh: "按最近 6 小时的速度，剩余预算还能用多久。",
    },
    unit: "s",
    decimals: 1,
    targets: [
      now(
        `clamp_max(clamp_min(${slo.left(chosen)}, 0) * ${days30} / clamp_min(${slo.burn("6h", chosen)}, 0.001), 365 * 86400)`,
      ),
    ],
    thresholds: [
      [undefined, "red"],
      [3 * 86_400, "yellow"],
      [10 * 86_400, "green"],
    ],
    mappings: saysFrom(days30, { en: "over 30 d", zh: "30 天以上" }, "green"),
    links: [toBurnRunbook],
  }),
  stat({
    title: { en: "Bad, 30 days", zh: "30 天坏请求数" },
    description: {
      en: "Requests that did not meet the objective within 30 days. A handful is no reason for an alert, whatever its share.",
      zh: "30 天内未达标的请求数。只有寥寥几个时，无论占比多少都不告警。",
    },
    unit: "short",
    targets: [now(`sum(sum_over_time(${slo.badSum(chosen)}[30d]))`)],
    links: [toLogs],
  }),
];

const course: readonly Panel[] = [
  series({
    title: { en: "Burn rate", zh: "燃烧率" },
    description: {
      en: "How fast the budget is spent, over windows of 5 minutes to 3 days, with the lines of the alerts at 1, 6 and 14.4. Short above long: it has just begun. Long above short: it is over.",
      zh: "5 分钟到 3 天窗口的预算消耗速度，虚线为告警阈值 1、6、14.4。短窗口高于长窗口说明刚开始，反之说明已恢复。",
    },
    unit: "none",
    targets: ["5m", "1h", "6h", "3d"].map((window) => prom(slo.burn(window, chosen), window)),
    thresholds: burnLimits,
    lines: true,
    fill: 0,
    links: [toBurnRunbook, toRed],
  }),
  series({
    title: { en: "Budget over time", zh: "剩余预算趋势" },
    description: {
      en: "What was left of the budget of 30 days at each moment, down to -100 %. A step is an incident, a slope is a defect that nobody has noticed.",
      zh: "各时刻 30 天预算的剩余量，最低显示到 -100%。台阶代表一次事故，斜坡代表未被注意的缺陷。",
    },
    unit: "percentunit",
    min: -1,
    max: 1,
    targets: [prom(`clamp_min(${slo.left(chosen)}, -1)`, { en: "left", zh: "剩余" })],
    links: [toRed],
  }),
  series({
    title: { en: "Requests and bad requests", zh: "请求与坏请求" },
    description: {
      en: "Requests in steps of five minutes, and those of them that did not meet the objective.",
      zh: "每 5 分钟的请求数及其中未达标的请求数。",
    },
    unit: "short",
    targets: [
      prom(`sum(${slo.sum(chosen)})`, { en: "all", zh: "全部" }),
      prom(`sum(${slo.badSum(chosen)})`, { en: "bad", zh: "坏请求" }),
    ],
    links: [toLogsWith({ en: "Error lines", zh: "错误日志" }, logFields.level, "error")],
  }),
  series({
    title: { en: "Failed requests by route", zh: "各路由失败请求" },
    description: {
      en: "Requests that were answered with 5xx, by route: where the budget goes.",
      zh: "各路由返回 5xx 的请求数，说明预算消耗在哪里。",
    },
    unit: "short",
    targets: [prom(`${sumIncrease(requests.failed(slo.ofService), [route])} > 0`, `{{${route}}}`)],
    bars: true,
    stack: true,
    emptyIsHealthy: true,
    valueLinks: [
      toLogsWith(
        { en: "Log lines of this route", zh: "该路由的日志" },
        logFields.httpRoute,
        `\${__field.labels.${route}:percentencode}`,
      ),
    ],
    links: [toTraces],
  }),
];

const all: readonly Panel[] = [
  table({
    title: { en: "Objectives of all services", zh: "所有服务的 SLO" },
    description: {
      en: "One row for each service and objective, with what is left of its budget. Who is below 0 stops releasing and repairs.",
      zh: "每个服务和目标一行及其剩余预算。低于 0 的服务应停止发布、优先修复。",
    },
    height: 8,
    isAscending: true,
    keys: [
      {
        label: name,
        title: { en: "Service", zh: "服务" },
        links: [toValue({ en: "Its objectives", zh: "该服务的 SLO" }, "services-slo", "service")],
      },
      { label: "slo", title: { en: "Objective", zh: "SLO" } },
    ],
    columns: [
      {
        title: { en: "Budget left", zh: "剩余错误预算" },
        unit: "percentunit",
        expr: `min by (${name}, slo) (${slo.left(inEnvironment)})`,
        thresholds: limits.budget,
      },
      {
        title: { en: "Good, 30 days", zh: "30 天达成率" },
        unit: "percentunit",
        decimals: 3,
        expr: `min by (${name}, slo) (${slo.good(inEnvironment)})`,
      },
      {
        title: { en: "Promised", zh: "目标值" },
        unit: "percentunit",
        decimals: 2,
        expr: `max by (${name}, slo) (${slo.objective(inEnvironment)})`,
      },
      {
        title: { en: "Burn rate, 1 hour", zh: "1 小时燃烧率" },
        unit: "none",
        decimals: 1,
        expr: `max by (${name}, slo) (${slo.burn("1h", inEnvironment)})`,
        thresholds: burnLimits,
      },
    ],
  }),
  alerts({
    title: { en: "Alerts about the objective", zh: "SLO 告警" },
    description: { en: "Alerts about budgets that fire now. Empty is right.", zh: "当前触发的错误预算告警，应为空。" },
    selector: `alertname=~"ServiceErrorBudget.+|SloDataMissing",${slo.ofService}`,
  }),
];

const timed = requests.count(slo.ofService);
/** Bounds of buckets, with the ways in which they are written. */
const bounds = { "0.1 s": "0.1", "0.25 s": "0.25", "0.5 s": "0.5", "1 s": "1|1\\\\.0", "2.5 s": "2.5" };

const latency: readonly Panel[] = [
  series({
    title: { en: "Answered within", zh: "各时限内的完成占比" },
    description: {
      en: "Share of requests that were answered within 0.1 to 2.5 seconds: what an objective of latency could promise.",
      zh: "在 0.1 至 2.5 秒内完成的请求占比，可据此制定延迟 SLO。",
    },
    unit: "percentunit",
    max: 1,
    targets: Object.entries(bounds).map(([legend, le]) =>
      prom(shareOf(sumRate(requests.buckets(`${slo.ofService},le=~"${le}"`)), sumRate(timed)), legend),
    ),
    fill: 0,
    links: [toTraces],
  }),
  series({
    title: { en: "Too slow, by objective", zh: "延迟 SLO 超时占比" },
    description: {
      en: "Share of requests that took longer than an objective of latency allows. Follow the traces of the slow ones.",
      zh: "超过延迟 SLO 时限的请求占比，请查看慢链路。",
    },
    unit: "percentunit",
    targets: [prom(slo.ratio("latency", "1h", slo.ofService), "{{slo}}")],
    needs: { en: "an objective of latency in slos.yml", zh: "在 slos.yml 中设置延迟 SLO" },
    links: [toTraces],
  }),
];

const howToRead = text({
  title: { en: "How to read this page", zh: "如何阅读本页" },
  description: { en: "Objective, budget and burn rate in words.", zh: "用文字说明目标、预算与燃烧率。" },
  height: 6,
  content: {
    en: [
      "- **Objective**: the share of good requests that the service promises, for instance 99.9 %.",
      "- **Error budget**: the rest, 0.1 %, is what may go wrong within 30 days. It is there to be spent: on releases, on experiments, on bad luck.",
      "- **Burn rate**: how fast it is spent. At 1 it lasts for 30 days, at 14.4 for two days.",
      "- Objectives are set in `custom/prometheus/slos.yml`; `obsbox alerts slos` makes the rules.",
    ].join("\n"),
    zh: [
      "- **目标（SLO）**：服务承诺的好请求占比，例如 99.9%。",
      "- **错误预算**：剩下的 0.1% 就是 30 天内允许出错的额度，可用于发布、实验和意外。",
      "- **燃烧率**：预算的消耗速度。为 1 时可用 30 天，为 14.4 时只能用两天。",
      "- 目标写在 `custom/prometheus/slos.yml` 中，执行 `obsbox alerts slos` 生成规则。",
    ].join("\n"),
  },
});

export const servicesSlo: Page = {
  uid: "services-slo",
  area: "services",
  name: { en: "Objectives and budget", zh: "SLO 与错误预算" },
  description: {
    en: "How much error budget is left, and how fast does it burn? For the team and its product manager.",
    zh: "错误预算还剩多少、消耗多快？供团队和产品经理使用。",
  },
  variables: [
    ...dataSources("prometheus"),
    environment,
    service,
    labelValues(
      "slo",
      { en: "Objective", zh: "SLO" },
      `label_values(service:slo_objective:ratio{${slo.ofService}}, slo)`,
    ),
  ],
  annotations: [deployments(slo.ofService)],
  sections: [
    { panels: [...tiles, ...course] },
    { title: { en: "Objectives and alerts", zh: "SLO 与告警" }, panels: all },
    { title: { en: "Latency", zh: "延迟" }, isCollapsed: true, panels: latency },
    { title: { en: "How to read this page", zh: "如何阅读本页" }, isCollapsed: true, panels: [howToRead] },
  ],
};
