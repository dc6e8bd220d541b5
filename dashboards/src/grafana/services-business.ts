/** D8: is the product working? A page over the service's own counters, histograms and gauges. */
import type { Page, Panel, Variable } from "../model.ts";
import { deployments } from "../annotations.ts";
import { toLogs, toRed, toTraces } from "../links.ts";
import { heatmap, series, stat, text } from "../panels/index.ts";
import { inEnvironment, interval, labels, requests, sumRate } from "../promql.ts";
import { now, prom } from "../targets.ts";
import { dataSources, environment, labelValues, service } from "../variables.ts";

const ofService = `${labels.service}="$service",${inEnvironment}`;
const named = (name: string, more = "") => `{__name__=~"${name}",${ofService}${more}}`;
const counter = named("$metric");
const buckets = named("${histogram}_bucket");
const total = named("${histogram}_sum");
const recorded = named("${histogram}_count");
const gauge = named("$gauge");

/** What is left of the labels are those that the program has given itself. */
const foreign = ["job", "instance", labels.service, labels.version, labels.environment].join(", ");
const byOwnLabels = (expr: string) => `sum without (${foreign}) (${expr})`;
const perMinute = (counted: string) => `60 * rate(${counted}[${interval}])`;

/** Beginnings of the names of metrics that come with the SDK and with Prometheus. */
const foreignNames =
  "http_|nodejs_|v8js_|process_|obsbox_|otel_|traces_|target_info|scrape_|db_|rpc_|messaging_|ALERTS|up";
const names = `label_values({${ofService}}, __name__)`;

/** Only services that have something to show here. Names with a colon are recorded by rules. */
const speaking: Variable = {
  ...service,
  query: `label_values({__name__!~"(?:${foreignNames}).*|.+:.+",${labels.service}!="",${inEnvironment}}, ${labels.service})`,
};

const tiles: readonly Panel[] = [
  stat({
    title: { en: "Events a min", zh: "每分钟事件数" },
    description: {
      en: "How often a minute it happened, of the counter that is chosen at the top. Zero at an hour at which it is never zero is an outage, whatever the other pages say.",
      zh: "所选计数器每分钟的事件数。在本不该为零的时段为零就是故障，无论其他页面如何。",
    },
    unit: "short",
    targets: [prom(`sum(${perMinute(counter)})`)],
    links: [toLogs],
  }),
  stat({
    title: { en: "Events in range", zh: "时段内事件总数" },
    description: {
      en: "How often it happened within the time of this page.",
      zh: "所选时间内的事件总数。",
    },
    unit: "short",
    targets: [now(`sum(increase(${counter}[$__range]))`)],
  }),
  stat({
    title: { en: "Events/request", zh: "单请求事件数" },
    description: {
      en: "Events for each request that the service answered: a conversion rate. When it falls while requests go on, users come and do not get what they want.",
      zh: "每个请求对应的事件数，即转化率。请求正常而它下降，说明用户来了却没有得到想要的。",
    },
    unit: "none",
    decimals: 3,
    targets: [prom(`sum(rate(${counter}[${interval}])) / (${sumRate(requests.counted(ofService))} > 0)`)],
    links: [toRed],
  }),
  stat({
    title: { en: "Median", zh: "中位数" },
    description: {
      en: "Half of the recorded values of the chosen histogram are below this one.",
      zh: "所选直方图的中位数，一半的值低于它。",
    },
    unit: "short",
    targets: [prom(`histogram_quantile(0.5, sum by (le) (rate(${buckets}[${interval}])))`)],
  }),
  stat({
    title: { en: "Sum in range", zh: "时段内合计" },
    description: {
      en: "All recorded values of the chosen histogram together, within the time of this page: turnover, bytes, items.",
      zh: "所选时间内直方图所有值之和，例如营业额、字节数、件数。",
    },
    unit: "short",
    targets: [now(`sum(increase(${total}[$__range]))`)],
  }),
  stat({
    title: { en: "Level now", zh: "当前值" },
    description: {
      en: "The chosen gauge, over all instances. What only grows is not being worked off.",
      zh: "所选仪表值（所有实例之和）。只增不减说明积压未被处理。",
    },
    unit: "short",
    targets: [prom(`sum(${gauge})`)],
  }),
];

const counters: readonly Panel[] = [
  series({
    title: { en: "Events a minute by label", zh: "按标签的每分钟事件数" },
    description: {
      en: "Events a minute, one curve for each value of the labels that your program gives. A success that falls while a refusal climbs is an incident.",
      zh: "每分钟事件数，按程序自带标签划分。成功下降而拒绝上升即为事故。",
    },
    unit: "short",
    targets: [prom(byOwnLabels(perMinute(counter)))],
    links: [toLogs, toTraces],
  }),
  series({
    title: { en: "Events in steps", zh: "分段事件数" },
    description: {
      en: "How many there were in each step of the time axis, stacked: the shape of the day.",
      zh: "时间轴每一段内的事件数（堆叠），反映一天的走势。",
    },
    unit: "short",
    bars: true,
    stack: true,
    targets: [prom(byOwnLabels(`increase(${counter}[${interval}])`))],
  }),
];

const distributions: readonly Panel[] = [
  series({
    title: { en: "Values", zh: "取值" },
    description: {
      en: "Median, 95 % and mean of the recorded values. A mean far above the median: a few values are very large.",
      zh: "中位数、P95 和平均值。平均值远高于中位数，说明少数值特别大。",
    },
    unit: "short",
    targets: [
      prom(`histogram_quantile(0.5, sum by (le) (rate(${buckets}[${interval}])))`, "50 %"),
      prom(`histogram_quantile(0.95, sum by (le) (rate(${buckets}[${interval}])))`, "95 %"),
      prom(`sum(rate(${total}[${interval}])) / (sum(rate(${recorded}[${interval}])) > 0)`, { en: "mean", zh: "平均" }),
    ],
  }),
  series({
    title: { en: "Sum a minute", zh: "每分钟合计" },
    description: {
      en: "All recorded values of a minute together: turnover a minute, bytes a minute.",
      zh: "每分钟所有值之和，例如每分钟营业额或字节数。",
    },
    unit: "short",
    targets: [prom(`sum(${perMinute(total)})`, { en: "sum", zh: "合计" })],
  }),
  heatmap({
    title: { en: "Spread of values", zh: "取值分布" },
    description: {
      en: "How many values fell where. A band that moves is a change of what users do.",
      zh: "各区间的值的数量，带状分布的移动说明用户行为发生变化。",
    },
    unit: "short",
    targets: [prom(`sum by (le) (increase(${buckets}[${interval}]))`, "{{le}}", { format: "heatmap" })],
  }),
  series({
    title: { en: "Level", zh: "数值走势" },
    description: {
      en: "The chosen gauge over time, by the labels that your program gives.",
      zh: "所选仪表值随时间的变化，按程序自带标签划分。",
    },
    unit: "short",
    // Without labels of its own it has a name at least.
    targets: [prom(`label_replace(${byOwnLabels(gauge)}, "metric", "$gauge", "", "")`)],
  }),
];

const compared: readonly Panel[] = [
  series({
    title: { en: "Today and yesterday", zh: "今天与昨天" },
    description: {
      en: "Events a minute beside those of the day and the week before, at the same hour.",
      zh: "每分钟事件数与昨天、上周同一时刻的对比。",
    },
    width: 24,
    unit: "short",
    targets: [
      prom(`sum(${perMinute(counter)})`, { en: "now", zh: "现在" }),
      prom(`60 * sum(rate(${counter}[${interval}] offset 1d))`, { en: "a day before", zh: "一天前" }),
      prom(`60 * sum(rate(${counter}[${interval}] offset 7d))`, { en: "a week before", zh: "一周前" }),
    ],
    needs: { en: "a week of data", zh: "一周的数据" },
  }),
  text({
    title: { en: "Where this comes from", zh: "数据来源" },
    description: { en: "How to bring your own numbers here.", zh: "如何接入自己的业务指标。" },
    height: 8,
    content: {
      en: [
        "Every metric that the service makes itself can be chosen at the top:",
        "",
        "```ts",
        'import { metrics } from "@obsbox/sdk";',
        "",
        'const placed = metrics.counter("orders.placed", { unit: "{order}", description: "Orders by what became of them" });',
        'placed.add(1, { state: "paid" });',
        "```",
        "",
        "Save a copy of this page for each question that you ask often.",
      ].join("\n"),
      zh: [
        "服务自身产生的所有指标都可在页面顶部选择：",
        "",
        "```ts",
        'import { metrics } from "@obsbox/sdk";',
        "",
        'const placed = metrics.counter("orders.placed", { unit: "{order}", description: "Orders by what became of them" });',
        'placed.add(1, { state: "paid" });',
        "```",
        "",
        "常看的问题可另存一份本页面。",
      ].join("\n"),
    },
  }),
];

export const servicesBusiness: Page = {
  uid: "services-business",
  area: "services",
  name: { en: "Business numbers", zh: "业务指标" },
  description: {
    en: "Is the product working? The service's own counters, histograms and gauges. For the product manager and the team.",
    zh: "产品是否正常？展示服务自己的计数器、直方图和仪表值。供产品经理和团队使用。",
  },
  variables: [
    ...dataSources("prometheus"),
    environment,
    speaking,
    labelValues("metric", { en: "Counter", zh: "计数器" }, names, { regex: `/^(?!${foreignNames})(.+_total)$/` }),
    labelValues("histogram", { en: "Histogram", zh: "直方图" }, names, { regex: `/^(?!${foreignNames})(.+)_bucket$/` }),
    labelValues("gauge", { en: "Gauge", zh: "仪表" }, names, {
      regex: `/^(?!${foreignNames})(?!.+(?::|_(?:total|bucket|sum|count|created)$))(.+)$/`,
    }),
  ],
  annotations: [deployments(ofService)],
  sections: [
    { panels: [...tiles, ...counters] },
    { title: { en: "Values and levels", zh: "取值与水位" }, panels: distributions },
    { title: { en: "Compared, and explained", zh: "对比与说明" }, isCollapsed: true, panels: compared },
  ],
};
