/** D6: what does the service say? */
import { logFields, metrics } from "@obsbox/sdk/vocabulary";
import type { Page, Panel } from "../model.ts";
import { deployments, restarts } from "../annotations.ts";
import { toKibana, toLogsWith, toRed, toRunbook, toTrace, toTraces } from "../links.ts";
import { and, isError, linesOfService } from "../lucene.ts";
import { colored, logTable, logs, series, stat, worseAbove } from "../panels/index.ts";
import { countedOrZero, inEnvironment, labels, logged, nameOf, requests, sumRate } from "../promql.ts";
import { countLogs, firstLogs, latestLog, now, prom, topLogs } from "../targets.ts";
import { custom, dataSources, environment, service, textbox } from "../variables.ts";

const selector = `${labels.service}="$service",${inEnvironment}`;
/** Lines as they are chosen at the top of the page. */
const chosen = and(linesOfService, `${logFields.level}:/\${level:raw}/`, "(${search:raw})");
const errors = and(linesOfService, isError, "(${search:raw})");
const { level, errorType, httpRoute, httpResponseStatusCode, traceId, timestamp } = logFields;

const onlyThese = (field: string) => toLogsWith({ en: "Only these lines", zh: "只看这些日志" }, field);
const count = { title: { en: "Lines", zh: "条数" }, width: 100 } as const;

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Lines a second", zh: "每秒日志数" },
    description: {
      en: "Lines a second that the service writes, counted by itself.",
      zh: "服务每秒写出的日志条数，由服务自身统计。",
    },
    unit: "cps",
    targets: [prom(sumRate(logged.all(selector)))],
  }),
  stat({
    title: { en: "Error lines", zh: "错误日志" },
    description: {
      en: "Lines a second of level error and fatal. More than usual: something that worked fails now.",
      zh: "每秒 error 和 fatal 日志条数。高于平时说明出现了新的失败。",
    },
    unit: "cps",
    decimals: 2,
    targets: [prom(sumRate(logged.errors(selector)))],
    thresholds: worseAbove(0.1, 1),
    links: [toRunbook("LogErrorBurst")],
  }),
  stat({
    title: { en: "Stored", zh: "已入库条数" },
    description: {
      en: "Lines of the service in Elasticsearch within the time of this page.",
      zh: "所选时间内 Elasticsearch 中该服务的日志条数。",
    },
    unit: "short",
    total: true,
    targets: [countLogs(linesOfService, undefined)],
  }),
  stat({
    title: { en: "Written", zh: "已写出条数" },
    description: {
      en: "Lines that the service wrote within the time of this page. Much more than stored: lines are on their way or lost, see the page of the pipeline.",
      zh: "所选时间内服务写出的日志条数。明显多于已入库条数，说明日志在途或丢失，请查看采集链路页面。",
    },
    unit: "short",
    targets: [now(`sum(increase(${logged.all(selector)}[$__range]))`)],
    links: [{ title: { en: "Telemetry pipeline", zh: "遥测采集链路" }, page: "stack-pipeline" }],
  }),
  stat({
    title: { en: "Lost", zh: "丢失条数" },
    description: {
      en: "Lines that the service could not write within the time of this page: its disk is full, or it writes faster than can be read. 0 is right.",
      zh: "所选时间内服务未能写出的日志条数：磁盘已满或写得太快。应为 0。",
    },
    unit: "none",
    decimals: 0,
    targets: [now(countedOrZero(`${nameOf(metrics.logDropped)}{${selector}}`))],
    thresholds: worseAbove(1, 100),
    emptyIsHealthy: true,
    links: [toRunbook("TelemetryLogsDropped")],
  }),
  stat({
    title: { en: "Newest line", zh: "最新日志" },
    description: {
      en: "When the newest line was written. A service that is used and silent is stuck, or its lines do not arrive.",
      zh: "最新一条日志的时间。有流量却没有日志，说明服务卡住或日志未送达。",
    },
    unit: "dateTimeFromNow",
    curve: false,
    targets: [latestLog(linesOfService)],
  }),
];

const overview: readonly Panel[] = [
  series({
    title: { en: "Lines by level", zh: "各级别日志量" },
    description: {
      en: "Log lines over time by level. Click a level to see its lines alone.",
      zh: "各级别日志随时间的条数，点击级别可只看该级别。",
    },
    unit: "short",
    targets: [countLogs(chosen, level)],
    bars: true,
    stack: true,
    overrides: colored({ fatal: "purple", error: "red", warn: "yellow", info: "green", debug: "blue", trace: "text" }),
    links: [toKibana],
  }),
  series({
    title: { en: "Error lines and failed requests", zh: "错误日志与失败请求" },
    description: {
      en: "Error lines a second beside failed requests a second. Failures without lines are failures that nobody can explain later; lines without failures are noise, or work in the background.",
      zh: "每秒错误日志与失败请求对比。有失败无日志，日后无法解释；有日志无失败，是噪声或后台任务。",
    },
    unit: "cps",
    targets: [
      prom(sumRate(logged.errors(selector)), { en: "error lines", zh: "错误日志" }),
      prom(sumRate(requests.failed(selector)), { en: "failed requests", zh: "失败请求" }),
    ],
    links: [toRed],
  }),
  logTable({
    title: { en: "Error lines by route and status", zh: "按路由和状态码的错误日志" },
    description: {
      en: "Where error lines come from. Follow a route to see its lines alone.",
      zh: "错误日志的来源，点击路由可只看其日志。",
    },
    target: topLogs(errors, [httpRoute, httpResponseStatusCode]),
    columns: {
      [httpRoute]: { title: { en: "Route", zh: "路由" }, links: [onlyThese(httpRoute)] },
      [httpResponseStatusCode]: { title: { en: "Status", zh: "状态码" }, width: 100 },
      Count: count,
    },
    emptyIsHealthy: true,
    links: [toRed],
  }),
  logTable({
    title: { en: "Errors by type, newest first", zh: "错误类型（按首次出现）" },
    description: {
      en: "Types of the errors in log lines and when each was first seen within the time of this page. A type that is new since a deployment is its fault.",
      zh: "日志中的错误类型及其在所选时间内首次出现的时间。发布后新出现的类型多半由该次发布引起。",
    },
    target: firstLogs(and(linesOfService, "(${search:raw})"), errorType),
    columns: {
      [errorType]: { title: { en: "Type", zh: "类型" }, links: [onlyThese(errorType)] },
      [`Min ${timestamp}`]: { title: { en: "First seen", zh: "首次出现" }, unit: "dateTimeAsIso", width: 180 },
      Count: count,
    },
    emptyIsHealthy: true,
    links: [toTraces],
  }),
];

const lines: readonly Panel[] = [
  logs({
    title: { en: "Log lines", zh: "日志" },
    description: {
      en: "The newest 500 lines that match what is chosen at the top. Open one to see its fields; its trace.id leads to the trace.",
      zh: "符合页面顶部筛选条件的最新 500 条日志。展开可查看字段，trace.id 可打开对应链路。",
    },
    query: chosen,
    limit: 500,
    height: 18,
    links: [toKibana, toTraces],
  }),
];

const noise: readonly Panel[] = [
  logTable({
    title: { en: "Loggers and actions", zh: "日志来源与动作" },
    description: {
      en: "Who writes most lines, by action. What nobody reads costs disk: log it at debug.",
      zh: "哪些动作写的日志最多。没人看的日志浪费磁盘，请改为 debug 级别。",
    },
    target: topLogs(chosen, [logFields.eventAction, level]),
    columns: {
      [logFields.eventAction]: { title: { en: "Action", zh: "动作" }, links: [onlyThese(logFields.eventAction)] },
      [level]: { title: { en: "Level", zh: "级别" }, width: 100 },
      Count: count,
    },
  }),
  logTable({
    title: { en: "Traces with most error lines", zh: "错误日志最多的链路" },
    description: {
      en: "Traces whose requests wrote most error lines: the ones to look at first.",
      zh: "错误日志最多的链路，建议优先查看。",
    },
    target: topLogs(errors, [traceId]),
    columns: {
      [traceId]: { title: { en: "Trace", zh: "链路" }, links: [toTrace] },
      Count: count,
    },
    emptyIsHealthy: true,
  }),
];

export const servicesLogs: Page = {
  uid: "services-logs",
  area: "services",
  name: { en: "Log lines", zh: "日志" },
  description: {
    en: "What does the service say? Its log lines by level, route and error, each with its trace. For the team of the service.",
    zh: "服务在说什么？按级别、路由和错误查看日志，并可打开对应链路。供服务团队使用。",
  },
  variables: [
    ...dataSources("prometheus", "elasticsearch"),
    environment,
    service,
    custom(
      "level",
      { en: "Level", zh: "级别" },
      "* : .*,error+ : (fatal|error),warn+ : (fatal|error|warn),info : info,debug : (debug|trace)",
    ),
    textbox("search", { en: "Search", zh: "搜索" }, "*"),
  ],
  annotations: [deployments(selector), restarts(selector)],
  links: [toKibana],
  sections: [
    { panels: [...tiles, ...overview] },
    { title: { en: "Lines", zh: "日志内容" }, panels: lines },
    { title: { en: "Noise", zh: "日志噪声" }, isCollapsed: true, panels: noise },
  ],
};
