/** D5: is it us or them? */
import { metrics } from "@obsbox/sdk/vocabulary";
import type { Page, Panel } from "../model.ts";
import { deployments } from "../annotations.ts";
import { toLogs, toRed, toRunbook, toRuntime, toTraces } from "../links.ts";
import { bars, series, stat, table, worseAbove } from "../panels/index.ts";
import { calls, interval, labels, nameOf, ofService, quantile, requests, share, sumRate } from "../promql.ts";
import { limits } from "../service-panels.ts";
import { now, prom } from "../targets.ts";
import { dataSources, labelValues, oneService } from "../variables.ts";

const { serverAddress: address, serverPort: port, errorType, statusCode: status } = labels;
const chosen = `${ofService},${address}=~"$dependency"`;
const byPeer = [address, port];
const peer = `{{${address}}}:{{${port}}}`;

/** A call that did not even get an answer of a status. */
const unanswered = `${chosen},${status}=""`;

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Calls", zh: "调用速率" },
    description: {
      en: "Requests a second that this service sends to others over HTTP. The export of traces is not among them.",
      zh: "本服务每秒向其他服务发出的 HTTP 请求数，不含链路数据上报。",
    },
    unit: "reqps",
    targets: [prom(sumRate(calls.count(chosen)))],
  }),
  stat({
    title: { en: "Failed", zh: "调用失败率" },
    description: {
      en: "Share of calls that ended with 5xx or 429, without an answer, or were given up. What the callee refuses as wrong (4xx) does not count.",
      zh: "以 5xx、429、无响应或放弃告终的调用占比；被对方判定为错误请求的 4xx 不计入。",
    },
    unit: "percentunit",
    targets: [prom(calls.failedShare(chosen))],
    thresholds: limits.failed,
    links: [toRunbook("DependencyErrors")],
  }),
  stat({
    title: { en: "95 % within", zh: "P95 耗时" },
    description: {
      en: "95 % of the calls were answered within this time.",
      zh: "95% 的调用在此时间内完成。",
    },
    unit: "s",
    targets: [prom(quantile(0.95, calls.buckets(chosen)))],
    thresholds: limits.seconds,
    links: [toRunbook("DependencySlow")],
  }),
  stat({
    title: { en: "Our failures", zh: "本服务错误率" },
    description: {
      en: "Share of our own requests that failed. High while the calls are well: it is us. Both high: it is them.",
      zh: "本服务自身的错误率。它高而调用正常，是我们的问题；两者都高，是对方的问题。",
    },
    unit: "percentunit",
    targets: [prom(share(requests.failed(ofService), requests.counted(ofService)))],
    thresholds: limits.failed,
    links: [toRed],
  }),
  stat({
    title: { en: "Calls/request", zh: "单请求调用数" },
    description: {
      en: "Calls to others for each request that we answer. When it rises with the load unchanged, calls are retried or a loop asks for one thing at a time.",
      zh: "每处理一个请求平均发出的调用数。负载不变而它上升，说明在重试或循环逐条调用。",
    },
    unit: "none",
    decimals: 2,
    targets: [prom(`${sumRate(calls.count(chosen))} / (${sumRate(requests.counted(ofService))} > 0)`)],
  }),
  stat({
    title: { en: "Waiting now", zh: "等待中的调用" },
    description: {
      en: "Calls that wait for an answer at a time, on average: rate times duration. It rises when a dependency saturates, before errors come.",
      zh: "平均同时等待响应的调用数（速率×耗时）。依赖饱和时，它会先于错误上升。",
    },
    unit: "none",
    decimals: 2,
    targets: [prom(sumRate(calls.seconds(chosen)))],
  }),
];

const usOrThem: readonly Panel[] = [
  table({
    title: { en: "Dependencies", zh: "依赖列表" },
    description: {
      en: "One row for each address that this service calls, the busiest first. Red in one row alone is them; a little in all rows is our network, our DNS or our event loop.",
      zh: "每个被调用地址一行，按调用量排序。只有一行变红是对方的问题；所有行都有少量失败，是本机网络、DNS 或事件循环的问题。",
    },
    height: 7,
    keys: [
      { label: address, title: { en: "Address", zh: "地址" } },
      { label: port, title: { en: "Port", zh: "端口" }, width: 90 },
    ],
    columns: [
      { title: { en: "Calls", zh: "调用速率" }, unit: "reqps", expr: sumRate(calls.count(chosen), byPeer) },
      {
        title: { en: "Failed", zh: "失败率" },
        unit: "percentunit",
        expr: calls.failedShare(chosen, byPeer),
        thresholds: limits.failed,
      },
      {
        title: { en: "50 % within", zh: "P50 耗时" },
        unit: "s",
        expr: quantile(0.5, calls.buckets(chosen), byPeer),
      },
      {
        title: { en: "95 % within", zh: "P95 耗时" },
        unit: "s",
        expr: quantile(0.95, calls.buckets(chosen), byPeer),
        thresholds: limits.seconds,
      },
      {
        title: { en: "Waiting", zh: "等待中" },
        unit: "none",
        decimals: 2,
        expr: sumRate(calls.seconds(chosen), byPeer),
      },
    ],
  }),
  series({
    title: { en: "Us and them", zh: "本服务与依赖对比" },
    description: {
      en: "Share of our requests that failed, beside the share of our calls that failed. Together: the dependency fails. Apart: look at our own code.",
      zh: "本服务错误率与调用失败率对比。同步变化说明依赖出错，否则请检查自身代码。",
    },
    unit: "percentunit",
    targets: [
      prom(share(requests.failed(ofService), requests.counted(ofService)), { en: "our requests", zh: "本服务请求" }),
      prom(calls.failedShare(chosen), { en: "our calls", zh: "对外调用" }),
    ],
    links: [toRed, toLogs],
  }),
  series({
    title: { en: "Calls by dependency", zh: "各依赖调用速率" },
    description: {
      en: "Requests a second to each address. Compare with our own requests: whose load changed first?",
      zh: "每秒发往各地址的请求数。与本服务请求对比，看谁的负载先变化。",
    },
    unit: "reqps",
    targets: [prom(sumRate(calls.count(chosen), byPeer), peer)],
    links: [toRed],
  }),
  series({
    title: { en: "Failed calls by dependency", zh: "各依赖调用失败率" },
    description: {
      en: "Share of calls that failed, by address. Tell the owner of the address that climbs, with a trace.",
      zh: "各地址的调用失败率。若某个地址升高，请带上链路联系其负责人。",
    },
    unit: "percentunit",
    targets: [prom(calls.failedShare(chosen, byPeer), peer)],
    links: [toTraces, toRunbook("DependencyErrors")],
  }),
  series({
    title: { en: "Durations by dependency", zh: "各依赖 P95 耗时" },
    description: {
      en: "Time within which 95 % of the calls were answered, by address. The dots lead to the trace of one call.",
      zh: "各地址的 P95 调用耗时，圆点可打开对应链路。",
    },
    unit: "s",
    targets: [prom(quantile(0.95, calls.buckets(chosen), byPeer), peer, { exemplar: true })],
    links: [toTraces, toRunbook("DependencySlow")],
  }),
  series({
    title: { en: "Calls waiting", zh: "等待中的调用" },
    description: {
      en: "Calls that wait for an answer at a time, by address: rate times duration. What climbs here fills up sockets and memory of this service next.",
      zh: "各地址同时等待响应的平均调用数。持续上升会进一步占满本服务的套接字和内存。",
    },
    unit: "none",
    targets: [prom(sumRate(calls.seconds(chosen), byPeer), peer)],
    links: [toRuntime],
  }),
  series({
    title: { en: "Errors by kind", zh: "错误类型" },
    description: {
      en: "Calls a second that ended with an error, by address and kind. ECONNREFUSED: nobody listens. ETIMEDOUT: nobody answers. A number is the status that came back.",
      zh: "每秒出错的调用，按地址和类型划分。ECONNREFUSED 表示无人监听，ETIMEDOUT 表示无响应，数字为返回的状态码。",
    },
    unit: "reqps",
    targets: [
      prom(sumRate(calls.count(`${chosen},${errorType}!=""`), [address, port, errorType]), `${peer} {{${errorType}}}`),
    ],
    emptyIsHealthy: true,
    links: [toLogs, toTraces],
  }),
];

const more: readonly Panel[] = [
  series({
    title: { en: "Calls without an answer", zh: "无响应的调用" },
    description: {
      en: "Calls a second that never got a status: refused, timed out, or given up by us. 0 is right.",
      zh: "每秒未得到状态码的调用：被拒绝、超时或被本服务放弃。应为 0。",
    },
    width: 8,
    unit: "reqps",
    targets: [
      prom(`(${sumRate(calls.count(unanswered), byPeer)}) or 0 * ${sumRate(calls.count(chosen), byPeer)}`, peer),
    ],
    emptyIsHealthy: true,
  }),
  series({
    title: { en: "Calls without trace headers", zh: "缺少链路头的调用" },
    description: {
      en: "Outgoing requests within a step that left without trace headers, because their headers were already fixed: their traces end here. 0 is right.",
      zh: "因请求头已固定而未携带链路头的外发请求，链路会在此中断。应为 0。",
    },
    width: 8,
    unit: "none",
    targets: [
      prom(`sum(increase(${nameOf(metrics.propagationMissed)}{${ofService}}[${interval}]))`, {
        en: "without headers",
        zh: "缺少链路头",
      }),
    ],
    emptyIsHealthy: true,
    links: [toTraces],
  }),
  bars({
    title: { en: "Time spent waiting for others", zh: "等待依赖的时间占比" },
    description: {
      en: "Time of calls against time of our requests, by address. Near 100 %: our durations are theirs. Above: calls run side by side.",
      zh: "各地址的调用耗时与本服务请求耗时之比。接近 100% 说明我们的耗时就是对方的耗时；超过则说明并行调用。",
    },
    width: 8,
    unit: "percentunit",
    targets: [
      now(
        `${sumRate(calls.seconds(chosen), byPeer)} / on () group_left () (${sumRate(requests.seconds(ofService))} > 0)`,
        peer,
      ),
    ],
    thresholds: worseAbove(0.7, 0.95),
  }),
];

const databaseSeconds = nameOf(metrics.dbClientOperationDuration);
const operation = ["db_system_name", "db_operation_name"];
const needsDatabase = { en: "a service that calls a database", zh: "调用数据库的服务" };

const databases: readonly Panel[] = [
  series({
    title: { en: "Database operations", zh: "数据库操作" },
    description: {
      en: "Operations a second by database and kind. More of them for each request than before: a query in a loop.",
      zh: "按数据库和操作统计的每秒操作数。单请求操作数变多说明在循环中查询。",
    },
    width: 8,
    unit: "ops",
    targets: [
      prom(sumRate(`${databaseSeconds}_count{${ofService}}`, operation), "{{db_system_name}} {{db_operation_name}}"),
    ],
    needs: needsDatabase,
  }),
  series({
    title: { en: "Durations of the database", zh: "数据库 P95 耗时" },
    description: {
      en: "Time within which 95 % of the operations were done, by database and kind. One kind alone: an index is missing, or a table has grown.",
      zh: "按数据库和操作统计的 P95 耗时。仅某种操作变慢说明缺少索引或表变大。",
    },
    width: 8,
    unit: "s",
    targets: [
      prom(
        quantile(0.95, `${databaseSeconds}_bucket{${ofService}}`, operation),
        "{{db_system_name}} {{db_operation_name}}",
      ),
    ],
    needs: needsDatabase,
  }),
  series({
    title: { en: "Connections of the pool", zh: "连接池连接" },
    description: {
      en: "Connections by state, and requests that wait for one. Waiting with none idle: the pool is too small, or somebody does not give back.",
      zh: "按状态统计的连接数及等待连接的请求数。有等待且无空闲，说明连接池过小或连接未归还。",
    },
    width: 8,
    unit: "none",
    targets: [
      prom(
        `sum by (db_client_connection_state) (${nameOf(metrics.dbClientConnectionCount)}{${ofService}})`,
        "{{db_client_connection_state}}",
      ),
      prom(`sum(${nameOf(metrics.dbClientConnectionPendingRequests)}{${ofService}})`, { en: "waiting", zh: "等待" }),
    ],
    needs: needsDatabase,
    links: [toRunbook("DbPoolExhausted")],
  }),
];

export const servicesDependencies: Page = {
  uid: "services-dependencies",
  area: "services",
  name: { en: "What it depends on", zh: "依赖" },
  description: {
    en: "Is it us or them? What this service calls, how fast and how reliably it is answered. For the team of the service.",
    zh: "是我们的问题还是对方的问题？展示本服务调用了谁、响应快慢与可靠性。供服务团队使用。",
  },
  variables: [
    ...dataSources("prometheus"),
    ...oneService,
    labelValues(
      "dependency",
      { en: "Dependency", zh: "依赖" },
      `label_values(${calls.count(`${labels.service}="$service",${labels.environment}=~"$environment"`)}, ${address})`,
      { multi: true, allValue: ".*" },
    ),
  ],
  annotations: [deployments(ofService)],
  sections: [
    { panels: tiles },
    { panels: usOrThem },
    { title: { en: "Calls in detail", zh: "调用明细" }, isCollapsed: true, panels: more },
    { title: { en: "Databases", zh: "数据库" }, isCollapsed: true, panels: databases },
  ],
};
