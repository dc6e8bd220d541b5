/** D1: which service is unhealthy? */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Page } from "../model.ts";
import { deployments } from "../annotations.ts";
import { mapOfCalls } from "../call-map.ts";
import { toServiceOf, toValue } from "../links.ts";
import { alerts, series, stat, table, worseAbove } from "../panels/index.ts";
import { firing, inEnvironment, labels, logged, nameOf, quantile, requests, share, sumRate } from "../promql.ts";
import { limits } from "../service-panels.ts";
import { slo } from "../slo.ts";
import { now, prom } from "../targets.ts";
import { dataSources, environment } from "../variables.ts";

const by = [labels.service];
const counted = requests.counted(inEnvironment);
const failed = requests.failed(inEnvironment);
const toOne = [
  toServiceOf({ en: "This service", zh: "该服务" }, "services-red"),
  toServiceOf({ en: "Its log lines", zh: "该服务的日志" }, "services-logs"),
];
const toHealth = { title: { en: "Health of the stack", zh: "观测栈健康" }, page: "stack-health" } as const;

export const servicesOverview: Page = {
  uid: "services-overview",
  area: "services",
  name: { en: "All services", zh: "全部服务" },
  description: {
    en: "Which service is unhealthy? For who is on call, and for the team in the morning.",
    zh: "哪个服务不健康？供值班人员和团队晨会使用。",
  },
  variables: [...dataSources("prometheus"), environment],
  annotations: [deployments(inEnvironment)],
  sections: [
    {
      panels: [
        stat({
          title: { en: "Service count", zh: "服务数" },
          description: {
            en: "Services whose metrics Prometheus has read in the last minutes.",
            zh: "最近几分钟内 Prometheus 采集到指标的服务数量。",
          },
          unit: "none",
          targets: [now(`count(group by (${labels.service}) (target_info{${inEnvironment},${labels.service}!=""}))`)],
        }),
        stat({
          title: { en: "Requests", zh: "请求速率" },
          description: {
            en: "Requests a second that all services answered. A sudden fall everywhere: look at what stands before them.",
            zh: "所有服务每秒处理的请求数。整体突然下降时，请检查前面的网关。",
          },
          unit: "reqps",
          targets: [prom(sumRate(counted))],
        }),
        stat({
          title: { en: "Failed", zh: "错误率" },
          description: {
            en: "Share of requests that were answered with 5xx, over all services.",
            zh: "所有服务中返回 5xx 的请求占比。",
          },
          unit: "percentunit",
          targets: [prom(share(failed, counted))],
          thresholds: limits.failed,
        }),
        stat({
          title: { en: "95 % within", zh: "P95 耗时" },
          description: {
            en: "95 % of all requests were answered within this time.",
            zh: "95% 的请求在此时间内完成。",
          },
          unit: "s",
          targets: [prom(quantile(0.95, requests.buckets(inEnvironment)))],
          thresholds: limits.seconds,
        }),
        stat({
          title: { en: "Targets down", zh: "采集失败" },
          description: {
            en: "Processes that Prometheus cannot read, the box's own included: they are down, or out of reach. 0 is right.",
            zh: "Prometheus 无法采集的进程数（含观测栈自身）：已宕机或网络不通。应为 0。",
          },
          unit: "none",
          targets: [now("count(up == 0) or vector(0)")],
          links: [toHealth],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
        }),
        stat({
          title: { en: "Alerts", zh: "告警数" },
          description: {
            en: "Alerts of severity critical and warning that fire now. 0 is right.",
            zh: "当前触发的 critical 和 warning 级告警数，应为 0。",
          },
          unit: "none",
          targets: [now(firing('alertname!=""'))],
          thresholds: worseAbove(1, 3),
          emptyIsHealthy: true,
        }),
        table({
          title: { en: "Services", zh: "服务列表" },
          description: {
            en: "One row for each service and version, the busiest first. Red in any column: follow the name to its own page. Two versions: a deployment is under way.",
            zh: "每个服务和版本一行，按请求量排序。出现红色请点击名称进入该服务页面；同时有两个版本说明正在发布。",
          },
          height: 10,
          keys: [
            {
              label: labels.service,
              title: { en: "Service", zh: "服务" },
              width: 140,
              links: [
                toValue({ en: "This service", zh: "该服务" }, "services-red", "service"),
                toValue({ en: "Its log lines", zh: "该服务的日志" }, "services-logs", "service"),
                toValue({ en: "Its runtime", zh: "该服务的运行时" }, "services-runtime", "service"),
              ],
            },
            { label: labels.version, title: { en: "Version", zh: "版本" }, width: 80 },
          ],
          columns: [
            { title: { en: "Requests", zh: "请求速率" }, unit: "reqps", expr: sumRate(counted, by) },
            {
              title: { en: "Failed", zh: "错误率" },
              unit: "percentunit",
              expr: share(failed, counted, by),
              thresholds: limits.failed,
            },
            {
              title: { en: "95 % within", zh: "P95 耗时" },
              unit: "s",
              expr: quantile(0.95, requests.buckets(inEnvironment), by),
              thresholds: limits.seconds,
            },
            {
              title: { en: "Budget left", zh: "剩余错误预算" },
              unit: "percentunit",
              expr: slo.leastLeft(inEnvironment, by),
              thresholds: limits.budget,
            },
            {
              title: { en: "Error lines", zh: "错误日志" },
              unit: "cps",
              decimals: 2,
              expr: sumRate(logged.errors(inEnvironment), by),
            },
            {
              title: { en: "Event loop", zh: "事件循环" },
              unit: "percentunit",
              expr: `max by (${labels.service}) (${nameOf(metrics.nodejsEventloopUtilization)}{${inEnvironment}})`,
              thresholds: limits.use,
            },
            {
              title: { en: "Instances", zh: "实例数" },
              unit: "none",
              expr: `count by (${labels.service}, ${labels.version}) (group by (${labels.service}, ${labels.version}, instance) (target_info{${inEnvironment},${labels.service}!=""}))`,
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
          title: { en: "Failed requests by service", zh: "各服务错误率" },
          description: { en: "Share of requests that were answered with 5xx.", zh: "返回 5xx 的请求占比。" },
          unit: "percentunit",
          targets: [prom(share(failed, counted, by), `{{${labels.service}}}`)],
          valueLinks: toOne,
        }),
        series({
          title: { en: "Durations by service", zh: "各服务 P95 耗时" },
          description: {
            en: "Time within which 95 % of the requests were answered. The service in which it rises first is where to look; those that call it follow.",
            zh: "各服务的 P95 耗时。最先升高的服务是源头，其调用方随后升高。",
          },
          unit: "s",
          targets: [prom(quantile(0.95, requests.buckets(inEnvironment), by), `{{${labels.service}}}`)],
          valueLinks: toOne,
        }),
        series({
          title: { en: "Error lines by service", zh: "各服务错误日志" },
          description: {
            en: "Log lines of level error and fatal a second. The service that began is where to look.",
            zh: "各服务每秒 error 和 fatal 日志条数，最先出现的服务是源头。",
          },
          unit: "cps",
          targets: [prom(sumRate(logged.errors(inEnvironment), by), `{{${labels.service}}}`)],
          valueLinks: toOne,
        }),
        alerts({
          title: { en: "Alerts that fire", zh: "触发中的告警" },
          description: { en: "All alerts that fire now. Empty is right.", zh: "当前触发的全部告警，应为空。" },
          selector: 'alertname!="Watchdog"',
        }),
      ],
    },
    {
      title: { en: "Map", zh: "关系图" },
      isCollapsed: true,
      panels: [
        mapOfCalls({
          title: { en: "Map of services", zh: "服务关系图" },
          description: {
            en: "Your services and the addresses that they call. In a circle stand the calls a second that it gets, and below the percentage of them that fails. Where an address is the name of a service, both are one circle.",
            zh: "你的服务及其调用的地址。圆圈内为每秒被调用次数，下方为失败百分比。地址与服务同名时合并为一个节点。",
          },
          selectors: [`${inEnvironment},${labels.service}!~"obsbox-.+"`],
        }),
      ],
    },
  ],
};
