/** D1: which service is unhealthy? */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Page } from "../model.ts";
import { toServiceOf, toValue } from "../links.ts";
import { alerts, series, stat, table, worseAbove } from "../panels.ts";
import { inEnvironment, labels, nameOf, quantile, requests, share, sumRate } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources, environment } from "../variables.ts";

const by = [labels.service];
const counted = requests.counted(inEnvironment);
const failed = requests.failed(inEnvironment);
const toOne = [toServiceOf({ en: "This service", zh: "该服务" }, "services-red")];

export const servicesOverview: Page = {
  uid: "services-overview",
  area: "services",
  name: { en: "All services", zh: "全部服务" },
  description: {
    en: "Which service is unhealthy? For who is on call, and for the team in the morning.",
    zh: "哪个服务不健康？供值班人员和团队晨会使用。",
  },
  variables: [...dataSources("prometheus"), environment],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Services", zh: "服务数" },
          description: {
            en: "Services whose metrics Prometheus has read in the last minutes.",
            zh: "最近几分钟内 Prometheus 采集到指标的服务数量。",
          },
          unit: "none",
          targets: [now(`count(group by (${labels.service}) (target_info{${inEnvironment},${labels.service}!=""}))`)],
        }),
        stat({
          title: { en: "Requests", zh: "请求速率" },
          description: { en: "Requests a second that all services answered.", zh: "所有服务每秒处理的请求数。" },
          unit: "reqps",
          targets: [prom(sumRate(counted))],
        }),
        stat({
          title: { en: "Failed", zh: "失败率" },
          description: {
            en: "Share of requests that were answered with 5xx, over all services.",
            zh: "所有服务中返回 5xx 的请求占比。",
          },
          unit: "percentunit",
          targets: [prom(share(failed, counted))],
          thresholds: worseAbove(0.01, 0.05),
        }),
        stat({
          title: { en: "95 % within", zh: "95% 耗时" },
          description: {
            en: "95 % of all requests were answered within this time.",
            zh: "95% 的请求在此时间内完成。",
          },
          unit: "s",
          targets: [prom(quantile(0.95, requests.buckets(inEnvironment)))],
          thresholds: worseAbove(0.5, 2),
        }),
        stat({
          title: { en: "Targets down", zh: "采集失败" },
          description: {
            en: "Processes that Prometheus cannot read. 0 is right.",
            zh: "Prometheus 无法采集的进程数，应为 0。",
          },
          unit: "none",
          targets: [now("count(up == 0) or vector(0)")],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Alerts that fire", zh: "触发中的告警" },
          description: {
            en: "Alerts of severity critical and warning that fire now. 0 is right.",
            zh: "当前触发的 critical 和 warning 级告警数，应为 0。",
          },
          unit: "none",
          targets: [now('count(ALERTS{alertstate="firing",severity=~"critical|warning"}) or vector(0)')],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
        }),
        table({
          title: { en: "Services", zh: "服务列表" },
          description: {
            en: "One row for each service, the busiest first. Follow the name to its own page.",
            zh: "每个服务一行，按请求量排序。点击名称进入该服务页面。",
          },
          height: 10,
          keys: [
            {
              label: labels.service,
              title: { en: "Service", zh: "服务" },
              links: [toValue({ en: "This service", zh: "该服务" }, "services-red", "service")],
            },
          ],
          columns: [
            { title: { en: "Requests", zh: "请求速率" }, unit: "reqps", expr: sumRate(counted, by) },
            {
              title: { en: "Failed", zh: "失败率" },
              unit: "percentunit",
              expr: share(failed, counted, by),
              thresholds: worseAbove(0.01, 0.05),
            },
            {
              title: { en: "95 % within", zh: "95% 耗时" },
              unit: "s",
              expr: quantile(0.95, requests.buckets(inEnvironment), by),
              thresholds: worseAbove(0.5, 2),
            },
            {
              title: { en: "Event loop busy", zh: "事件循环占用" },
              unit: "percentunit",
              expr: `max by (${labels.service}) (${nameOf(metrics.nodejsEventloopUtilization)}{${inEnvironment}})`,
              thresholds: worseAbove(0.7, 0.9),
            },
            {
              title: { en: "Instances", zh: "实例数" },
              unit: "none",
              expr: `count by (${labels.service}) (group by (${labels.service}, instance) (target_info{${inEnvironment},${labels.service}!=""}))`,
            },
          ],
        }),
        series({
          title: { en: "Requests by service", zh: "各服务请求速率" },
          description: { en: "Requests a second that each service answered.", zh: "各服务每秒处理的请求数。" },
          unit: "reqps",
          targets: [prom(sumRate(counted, by), `{{${labels.service}}}`)],
          valueLinks: toOne,
        }),
        series({
          title: { en: "Failed requests by service", zh: "各服务失败率" },
          description: { en: "Share of requests that were answered with 5xx.", zh: "返回 5xx 的请求占比。" },
          unit: "percentunit",
          targets: [prom(share(failed, counted, by), `{{${labels.service}}}`)],
          valueLinks: toOne,
        }),
        alerts({
          title: { en: "Alerts that fire", zh: "触发中的告警" },
          description: { en: "All alerts that fire now. Empty is right.", zh: "当前触发的全部告警，应为空。" },
          selector: 'alertname!="Watchdog"',
        }),
      ],
    },
  ],
};
