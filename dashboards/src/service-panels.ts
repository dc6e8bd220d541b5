/** Panels that several pages about one service begin with. */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Panel } from "./model.ts";
import { toLogs, toRed, toSlo } from "./links.ts";
import { alerts, stat, worseAbove, worseBelow } from "./panels/index.ts";
import { firing, inEnvironment, labels, nameOf, ofService, quantile, requests, share, sumRate } from "./promql.ts";
import { slo } from "./slo.ts";
import { now, prom } from "./targets.ts";

/** From where on a share of failed requests, a duration and a use are yellow and red, on every page. */
export const limits = {
  failed: worseAbove(0.01, 0.05),
  seconds: worseAbove(0.5, 2),
  use: worseAbove(0.7, 0.9),
  eventLoopDelay: worseAbove(0.1, 0.5),
  budget: worseBelow(0.25, 0.0001),
} as const;

export function requestsTile(): Panel {
  return stat({
    title: { en: "Requests", zh: "请求速率" },
    description: {
      en: "Requests a second that the service answered. A sudden fall with no deployment points at who calls it, or at what stands before it.",
      zh: "服务每秒处理的请求数。没有发布却突然下降时，请检查调用方或前面的网关。",
    },
    unit: "reqps",
    targets: [prom(sumRate(requests.counted(ofService)))],
    links: [toRed],
  });
}

export function failedTile(): Panel {
  return stat({
    title: { en: "Failed", zh: "错误率" },
    description: {
      en: "Share of requests that were answered with 5xx. Above 1 % users notice; look at the routes, then at the error lines.",
      zh: "返回 5xx 的请求占比。超过 1% 时用户已有感知，先看路由，再看错误日志。",
    },
    unit: "percentunit",
    targets: [prom(share(requests.failed(ofService), requests.counted(ofService)))],
    thresholds: limits.failed,
    links: [toRed, toLogs],
  });
}

export function durationTile(): Panel {
  return stat({
    title: { en: "95 % within", zh: "P95 耗时" },
    description: {
      en: "95 % of the requests were answered within this time. One user in twenty waits longer.",
      zh: "95% 的请求在此时间内完成，每二十个用户中有一个等待更久。",
    },
    unit: "s",
    targets: [prom(quantile(0.95, requests.buckets(ofService)))],
    thresholds: limits.seconds,
    links: [toRed],
  });
}

export function budgetTile(): Panel {
  return stat({
    title: { en: "Budget left", zh: "剩余错误预算" },
    description: {
      en: "What is left of the failures that the objective allows within 30 days. Below 0 the objective is missed: stability goes before features.",
      zh: "30 天内 SLO 允许的失败中还剩多少。低于 0 表示未达成 SLO，应先保稳定再做新功能。",
    },
    unit: "percentunit",
    targets: [now(slo.leastLeft(slo.ofService))],
    thresholds: limits.budget,
    links: [toSlo],
  });
}

export function inFlightTile(): Panel {
  return stat({
    title: { en: "In flight", zh: "处理中请求" },
    description: {
      en: "Requests that are being answered now. When it rises while the rate does not, answers take longer or hang.",
      zh: "当前正在处理的请求数。请求速率不变而它上升，说明响应变慢或挂起。",
    },
    unit: "none",
    targets: [prom(`sum(${nameOf(metrics.httpServerActiveRequests)}{${ofService}})`)],
  });
}

const alertsOfService = `${labels.service}="$service",${inEnvironment}`;

export function alertsTile(): Panel {
  return stat({
    title: { en: "Alerts", zh: "触发中的告警" },
    description: {
      en: "Alerts of severity critical and warning of this service that fire now. 0 is right.",
      zh: "该服务当前触发的 critical 和 warning 级告警数，应为 0。",
    },
    unit: "none",
    targets: [now(firing(alertsOfService))],
    thresholds: worseAbove(1, 3),
    emptyIsHealthy: true,
  });
}

export function alertsTable(): Panel {
  return alerts({
    title: { en: "Alerts of this service", zh: "该服务的告警" },
    description: {
      en: "What fires now. The name leads to its runbook. Empty is right.",
      zh: "当前触发的告警，点击名称打开处理手册。应为空。",
    },
    selector: alertsOfService,
  });
}
