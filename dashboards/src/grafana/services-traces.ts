/** D7: which call path is slow? */
import { metrics } from "@obsbox/sdk/vocabulary";
import { mapOfCalls } from "../call-map.ts";
import type { Page, Panel } from "../model.ts";
import { toDependencies, toJaeger, toLogs, toRed, toRunbook } from "../links.ts";
import { series, stat, table, traces, worseAbove } from "../panels/index.ts";
import {
  countedOrZero,
  inEnvironment,
  interval,
  labels,
  nameOf,
  ofService,
  quantile,
  requests,
  share,
  spans,
  sumRate,
} from "../promql.ts";
import { limits } from "../service-panels.ts";
import { now, prom } from "../targets.ts";
import { dataSources, oneService, textbox } from "../variables.ts";

const { selector } = spans;
const all = spans.count(selector);
const served = `${selector},span_kind="SPAN_KIND_SERVER"`;
const ofOne = `${labels.service}="$service",${inEnvironment}`;
const calledByName = `${labels.serverAddress}="$service",${inEnvironment}`;
const bySpan = ["span_name", "span_kind"];
const processed = "otel_sdk_processor_span_processed_total";
const queue = "otel_sdk_processor_span_queue";
const milliseconds = worseAbove(500, 2000);

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Spans", zh: "Span 速率" },
    description: {
      en: "Spans a second of this service that have reached Jaeger.",
      zh: "每秒到达 Jaeger 的该服务 span 数。",
    },
    unit: "cps",
    targets: [prom(sumRate(all))],
    links: [toJaeger],
  }),
  stat({
    title: { en: "With errors", zh: "出错占比" },
    description: {
      en: "Share of the spans of this service that ended with an error. Higher than the share of failed requests: errors that are caught, or calls that are tried again.",
      zh: "该服务以错误结束的 span 占比。高于请求错误率说明错误被捕获或调用被重试。",
    },
    unit: "percentunit",
    targets: [prom(share(spans.failed(selector), all))],
    thresholds: worseAbove(0.05, 0.2),
    links: [toJaeger, toLogs],
  }),
  stat({
    title: { en: "95 % within", zh: "P95 耗时" },
    description: {
      en: "95 % of the requests that have a trace were answered within this time.",
      zh: "有链路的请求中 95% 在此时间内完成。",
    },
    unit: "ms",
    targets: [prom(quantile(0.95, spans.buckets(served)))],
    thresholds: milliseconds,
    links: [toRed],
  }),
  stat({
    title: { en: "Traced", zh: "采样比例" },
    description: {
      en: "Share of the requests that have a trace. Less than the sampling says: spans are lost on the way.",
      zh: "有链路的请求占比。低于设定的采样率说明 span 在途中丢失。",
    },
    unit: "percentunit",
    max: 1,
    targets: [prom(`clamp_max(${sumRate(spans.count(served))} / (${sumRate(requests.counted(ofService))} > 0), 1)`)],
  }),
  stat({
    title: { en: "Spans lost", zh: "丢失的 Span" },
    description: {
      en: "Spans that the service could not hand over within the time of this page: the queue was full, or Jaeger did not take them. 0 is right.",
      zh: "所选时间内服务未能送出的 span 数：队列已满或 Jaeger 拒收。应为 0。",
    },
    unit: "none",
    decimals: 0,
    targets: [now(countedOrZero(`${processed}{${ofService},${labels.errorType}!=""}`))],
    thresholds: worseAbove(1, 1000),
    emptyIsHealthy: true,
    links: [toRunbook("TelemetrySpansDropped"), toRunbook("TelemetryExportFailing")],
  }),
  stat({
    title: { en: "Queue", zh: "发送队列" },
    description: {
      en: "Spans that wait to be sent against what fits, in the fullest instance. Near 100 % spans are lost.",
      zh: "最满实例的待发送 span 占队列容量的比例，接近 100% 会丢失 span。",
    },
    unit: "percentunit",
    targets: [prom(`max(${queue}_size{${ofService}} / ${queue}_capacity{${ofService}})`)],
    thresholds: limits.use,
    links: [{ title: { en: "Telemetry pipeline", zh: "遥测采集链路" }, page: "stack-pipeline" }],
  }),
];

const search = (more: Readonly<Record<string, string>>) => ({
  queryType: "search",
  service: "$service",
  limit: 20,
  ...more,
});

const found: readonly Panel[] = [
  traces({
    title: { en: "Slow traces", zh: "慢链路" },
    description: {
      en: "Recent traces through this service that took longer than is chosen at the top, the longest first. Open one and look for its widest bar.",
      zh: "经过该服务且超过页面顶部所选时长的近期链路，最长的在前。打开后找最宽的条。",
    },
    query: search({ minDuration: "$slower" }),
    slowestFirst: true,
    emptyIsHealthy: true,
    links: [toJaeger, toRed],
  }),
  traces({
    title: { en: "Traces with errors", zh: "出错链路" },
    description: {
      en: "Recent traces in which a span of this service ended with an error. The lowest red span is where it began.",
      zh: "该服务有 span 出错的近期链路，最底层的红色 span 即错误源头。",
    },
    query: search({ tags: "error=true" }),
    emptyIsHealthy: true,
    links: [toJaeger, toLogs],
  }),
  traces({
    title: { en: "Latest traces", zh: "最新链路" },
    description: {
      en: "The newest traces through this service, as a sample of the usual: compare a slow one with these.",
      zh: "经过该服务的最新链路，代表正常情况，可与慢链路对比。",
    },
    query: search({}),
    links: [toJaeger],
  }),
  series({
    title: { en: "Durations by operation", zh: "各操作 P95 耗时" },
    description: {
      en: "Time within which 95 % of the spans of an operation were done, for the ten slowest. The dots lead to a trace.",
      zh: "最慢的十个操作的 P95 耗时，圆点可打开对应链路。",
    },
    height: 9,
    unit: "ms",
    targets: [
      prom(`topk(10, ${quantile(0.95, spans.buckets(selector), ["span_name"])})`, "{{span_name}}", { exemplar: true }),
    ],
    links: [toJaeger],
  }),
];

const operations: readonly Panel[] = [
  table({
    title: { en: "Operations", zh: "操作列表" },
    description: {
      en: "One row for each kind of span. What has the largest share of time is worth making faster; client spans wait for others.",
      zh: "每种 span 一行。耗时占比最大的最值得优化；CLIENT 类型是在等待其他服务。",
    },
    keys: [
      { label: "span_name", title: { en: "Operation", zh: "操作" } },
      { label: "span_kind", title: { en: "Kind", zh: "类型" }, width: 180 },
    ],
    sortBy: 3,
    columns: [
      { title: { en: "Rate", zh: "速率" }, unit: "cps", expr: sumRate(all, bySpan) },
      {
        title: { en: "Failed", zh: "错误率" },
        unit: "percentunit",
        expr: share(spans.failed(selector), all, bySpan),
        thresholds: limits.failed,
      },
      {
        title: { en: "95 % within", zh: "P95 耗时" },
        unit: "ms",
        expr: quantile(0.95, spans.buckets(selector), bySpan),
        thresholds: milliseconds,
      },
      {
        title: { en: "Time in a second", zh: "每秒耗时" },
        unit: "ms",
        expr: sumRate(spans.milliseconds(selector), bySpan),
      },
    ],
  }),
];

const map = mapOfCalls({
  title: { en: "Who calls whom", zh: "调用关系图" },
  description: {
    en: "Whom this service calls, and who calls it by its name. In a circle stand the calls a second that it gets, and below the percentage of them that fails. The map of all services is on the page of all services.",
    zh: "本服务调用了谁，以及谁按名称调用本服务。圆圈内为每秒被调用次数，下方为失败百分比。全部服务的关系图见“全部服务”页面。",
  },
  selectors: [ofOne, calledByName],
  links: [toDependencies, toJaeger],
});

const pipeline: readonly Panel[] = [
  series({
    title: { en: "Spans handed over and lost", zh: "送出与丢失的 Span" },
    description: {
      en: "Spans a second that the service has finished with, by reason where they were lost: queue_full means that it makes them faster than they are sent.",
      zh: "服务每秒处理完的 span，丢失的按原因列出：queue_full 表示产生速度快于发送速度。",
    },
    unit: "cps",
    targets: [
      prom(`sum(rate(${processed}{${ofService},${labels.errorType}=""}[${interval}]))`, { en: "sent", zh: "已送出" }),
      prom(
        `sum by (${labels.errorType}) (rate(${processed}{${ofService},${labels.errorType}!=""}[${interval}])) or vector(0)`,
        {
          en: `lost {{${labels.errorType}}}`,
          zh: `丢失 {{${labels.errorType}}}`,
        },
      ),
    ],
    links: [toRunbook("TelemetrySpansDropped")],
  }),
  series({
    title: { en: "Queue of spans", zh: "Span 队列" },
    description: {
      en: "Spans that wait to be sent, by instance, with those that are kept while Jaeger does not take them. It swings between 0 and one batch; a plateau means that the receiver is slow, a steady rise that it is away.",
      zh: "各实例待发送的 span 数，含 Jaeger 不可用期间暂存的。正常在 0 与一个批次之间波动；持续高位说明接收端变慢，持续上升说明接收端不可用。",
    },
    unit: "none",
    targets: [
      prom(
        `max by (instance) (${nameOf(metrics.spansPending)}{${ofService}}) or max by (instance) (${queue}_size{${ofService}})`,
        "{{instance}}",
      ),
    ],
    links: [toRunbook("TelemetrySpansDelayed")],
  }),
];

export const servicesTraces: Page = {
  uid: "services-traces",
  area: "services",
  name: { en: "Traces", zh: "链路" },
  description: {
    en: "Which call path is slow, and where does an error begin? For the team of the service.",
    zh: "哪条调用路径慢？错误从哪里开始？供服务团队使用。",
  },
  variables: [
    ...dataSources("prometheus", "jaeger"),
    ...oneService,
    textbox("slower", { en: "Slower than", zh: "慢于" }, "500ms"),
  ],
  links: [toJaeger],
  sections: [
    { panels: [...tiles, ...found] },
    { title: { en: "Operations", zh: "操作" }, panels: operations },
    { title: { en: "Map", zh: "关系图" }, panels: [map] },
    { title: { en: "Way of the spans", zh: "Span 上报" }, isCollapsed: true, panels: pipeline },
  ],
};
