/** D2: is my service good for its users, and what changed? */
import { logFields } from "@obsbox/sdk/vocabulary";
import type { Page, Panel } from "../model.ts";
import { deployments, restarts } from "../annotations.ts";
import { toDependencies, toLogs, toLogsWith, toRunbook, toRuntime, toSlo, toTraces } from "../links.ts";
import { and, isError, linesOfService } from "../lucene.ts";
import { colored, heatmap, logs, series, table } from "../panels/index.ts";
import { labels, ofService, quantile, requests, share, shareOf, sumIncrease, sumRate } from "../promql.ts";
import {
  alertsTable,
  alertsTile,
  budgetTile,
  durationTile,
  failedTile,
  inFlightTile,
  limits,
  requestsTile,
} from "../service-panels.ts";
import { slo } from "../slo.ts";
import { prom } from "../targets.ts";
import { custom, dataSources, oneService } from "../variables.ts";

const counted = requests.counted(ofService);
const failed = requests.failed(ofService);
const timed = requests.count(ofService);
const buckets = requests.buckets(ofService);
const { route, method, statusClass, version, statusCode: status } = labels;
const byRoute = [route, method];
const serverError = `${status}=~"5.."`;

/** `le` of one second is written as 1 or as 1.0, depending on the scrape. */
const within = requests.buckets(`${ofService},le=~"$threshold(\\\\.0)?"`);

const ofRoute = [toLogsWith({ en: "Log lines of this route", zh: "该路由的日志" }, logFields.httpRoute), toTraces];

const toErrorLines = toLogsWith({ en: "Error lines", zh: "错误日志" }, logFields.level, "error");

const overTime: readonly Panel[] = [
  series({
    title: { en: "Requests by class of status", zh: "按状态类别的请求速率" },
    description: {
      en: "Requests a second by class of status; aborted ones were given up by the caller. Red that grows is yours to fix, yellow is what callers do wrong.",
      zh: "按状态类别统计的每秒请求数；aborted 为调用方主动放弃。红色（5xx）增长需由本服务修复，黄色（4xx）为调用方的问题。",
    },
    unit: "reqps",
    targets: [prom(sumRate(counted, [statusClass]), `{{${statusClass}}}`)],
    stack: true,
    overrides: colored({ "2xx": "green", "3xx": "blue", "4xx": "yellow", "5xx": "red", aborted: "purple" }),
    links: [toErrorLines, toTraces],
  }),
  series({
    title: { en: "Failed requests and objective", zh: "错误率与 SLO 目标" },
    description: {
      en: "Share of requests that failed, beside the share that the objective allows. Above the line the error budget shrinks faster than planned.",
      zh: "失败请求占比与 SLO 允许值。高于目标线时，错误预算消耗快于计划。",
    },
    unit: "percentunit",
    targets: [
      prom(share(failed, counted), { en: "failed", zh: "失败" }),
      prom(slo.allowed("errors"), { en: "allowed", zh: "允许值" }),
    ],
    overrides: [
      ...colored({ failed: "red", allowed: "text", 失败: "red", 允许值: "text" }),
      ...["allowed", "允许值"].map((field) => ({
        field,
        properties: { "custom.lineStyle": { fill: "dash", dash: [8, 8] }, "custom.fillOpacity": 0 },
      })),
    ],
    links: [toSlo, toErrorLines, toRunbook("ServiceErrorBudgetBurn")],
  }),
  series({
    title: { en: "Durations", zh: "请求耗时" },
    description: {
      en: "Time within which half, 95 % and 99 % of the requests were answered. The dots lead to the trace of one request. When only 99 % rises, a few requests hit something slow; when all rise, the service is short of something.",
      zh: "P50、P95、P99 耗时，圆点可打开对应链路。仅 P99 升高说明少数请求遇到慢操作；全部升高说明服务资源不足。",
    },
    unit: "s",
    targets: [0.5, 0.95, 0.99].map((q) => prom(quantile(q, buckets), `${q * 100} %`, { exemplar: q === 0.95 })),
    links: [toTraces, toRuntime, toDependencies],
  }),
  heatmap({
    title: { en: "Spread of durations", zh: "耗时分布" },
    description: {
      en: "How many requests took how long. Two bands mean two kinds of requests, or a cache that sometimes misses.",
      zh: "各耗时区间的请求数。出现两条带状分布，说明存在两类请求或缓存未命中。",
    },
    unit: "s",
    targets: [prom(sumIncrease(buckets, ["le"]), "{{le}}", { format: "heatmap" })],
    links: [toTraces],
  }),
];

const routes: readonly Panel[] = [
  table({
    title: { en: "Routes", zh: "路由" },
    description: {
      en: "One row for each route. The share of time says where the service spends it: a fast route that is called all the time may be worth more than the slowest one.",
      zh: "每个路由一行。耗时占比说明服务把时间花在哪里：频繁调用的快路由可能比最慢的路由更值得优化。",
    },
    height: 8,
    keys: [
      { label: route, title: { en: "Route", zh: "路由" }, links: ofRoute },
      { label: method, title: { en: "Method", zh: "方法" }, width: 90 },
    ],
    columns: [
      { title: { en: "Requests", zh: "请求速率" }, unit: "reqps", expr: sumRate(timed, byRoute) },
      {
        title: { en: "Failed", zh: "错误率" },
        unit: "percentunit",
        expr: share(requests.count(`${ofService},${serverError}`), timed, byRoute),
        thresholds: limits.failed,
      },
      {
        title: { en: "95 % within", zh: "P95 耗时" },
        unit: "s",
        expr: quantile(0.95, buckets, byRoute),
        thresholds: limits.seconds,
      },
      {
        title: { en: "Share of time", zh: "耗时占比" },
        unit: "percentunit",
        expr: `${sumRate(requests.seconds(ofService), byRoute)} / on () group_left () (${sumRate(requests.seconds(ofService))} > 0)`,
      },
    ],
  }),
  series({
    title: { en: "Five slowest routes", zh: "最慢的五个路由" },
    description: {
      en: "Time within which 95 % of the requests of a route were answered, for the five slowest.",
      zh: "P95 耗时最高的五个路由。",
    },
    unit: "s",
    targets: [prom(`topk(5, ${quantile(0.95, buckets, [route])})`, `{{${route}}}`)],
    valueLinks: [
      toLogsWith(
        { en: "Log lines of this route", zh: "该路由的日志" },
        logFields.httpRoute,
        `\${__field.labels.${route}:percentencode}`,
      ),
    ],
    links: [toTraces],
  }),
  series({
    title: { en: "Answered in time", zh: "按时响应占比" },
    description: {
      en: "Share of requests that were answered within the time that is chosen at the top, over all routes. It is what users mean by fast.",
      zh: "在页面顶部所选时间内完成的请求占比，最接近用户所感受的“快”。",
    },
    unit: "percentunit",
    max: 1,
    targets: [prom(shareOf(sumRate(within), sumRate(timed)), { en: "in time", zh: "按时" })],
    links: [toSlo],
  }),
];

const changes: readonly Panel[] = [
  series({
    title: { en: "Failed requests by version", zh: "各版本错误率" },
    description: {
      en: "Share of requests that failed, by version. When only the new version fails, roll it back.",
      zh: "各版本的失败请求占比。若只有新版本出错，请回滚。",
    },
    unit: "percentunit",
    targets: [prom(share(failed, counted, [version]), `{{${version}}}`)],
  }),
  series({
    title: { en: "Durations by version", zh: "各版本 P95 耗时" },
    description: {
      en: "Time within which 95 % of the requests were answered, by version: whether the deployment made it slower.",
      zh: "各版本的 P95 耗时，用于判断发布是否导致变慢。",
    },
    unit: "s",
    targets: [prom(quantile(0.95, buckets, [version]), `{{${version}}}`)],
  }),
  series({
    title: { en: "Requests by instance", zh: "各实例请求速率" },
    description: {
      en: "Requests a second of each instance. Uneven lines mean that the load is not spread, or that one instance is ill.",
      zh: "各实例的每秒请求数。曲线不均说明负载不均衡或某个实例异常。",
    },
    unit: "reqps",
    targets: [prom(sumRate(counted, ["instance"]), "{{instance}}")],
    links: [toRuntime],
  }),
  series({
    title: { en: "Errors by status and route", zh: "按状态码和路由的错误" },
    description: {
      en: "Requests a second that were answered with 4xx or 5xx, by status and route. Many 401 or 404 of one route hint at a caller that has changed.",
      zh: "返回 4xx 或 5xx 的每秒请求数，按状态码和路由划分。同一路由大量 401 或 404 往往是调用方有改动。",
    },
    unit: "reqps",
    targets: [
      prom(sumRate(requests.count(`${ofService},${status}=~"4..|5.."`), [status, route]), `{{${status}}} {{${route}}}`),
    ],
    emptyIsHealthy: true,
    links: [toErrorLines],
  }),
];

const errors: readonly Panel[] = [
  logs({
    title: { en: "Latest error lines", zh: "最近的错误日志" },
    description: {
      en: "The newest lines of level error and fatal. Open one to see its fields; its trace.id leads to the trace.",
      zh: "最新的 error 和 fatal 日志。展开可查看字段，trace.id 可打开对应链路。",
    },
    query: and(linesOfService, isError),
    limit: 50,
    height: 10,
    emptyIsHealthy: true,
    links: [toErrorLines, toLogs],
  }),
];

export const servicesRed: Page = {
  uid: "services-red",
  area: "services",
  name: { en: "Requests, errors, durations", zh: "请求、错误与耗时" },
  description: {
    en: "Is my service good for its users, and what changed? For the team of the service.",
    zh: "我的服务对用户是否正常？发生了什么变化？供服务团队使用。",
  },
  variables: [
    ...dataSources("prometheus", "elasticsearch"),
    ...oneService,
    custom("threshold", { en: "In time means (s)", zh: "按时标准（秒）" }, "0.25,0.05,0.1,0.5,1,2.5,5"),
  ],
  annotations: [deployments(ofService), restarts(ofService)],
  sections: [
    { panels: [requestsTile(), failedTile(), durationTile(), budgetTile(), inFlightTile(), alertsTile()] },
    { panels: overTime },
    { title: { en: "Routes", zh: "路由" }, panels: routes },
    { title: { en: "Alerts and errors", zh: "告警与错误" }, panels: [alertsTable(), ...errors] },
    { title: { en: "What changed", zh: "发生了什么变化" }, isCollapsed: true, panels: changes },
  ],
};
