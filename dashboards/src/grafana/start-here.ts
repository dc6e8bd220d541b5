/** D18: where to begin. */
import { logFields, metrics } from "@obsbox/sdk/vocabulary";
import { box } from "../box.ts";
import type { Page, Panel, Target } from "../model.ts";
import { says, saysFrom, stat, table, text, worseBelow } from "../panels/index.ts";
import { toValue } from "../links.ts";
import { labels, nameOf, spans } from "../promql.ts";
import { countLogs, now } from "../targets.ts";
import type { Text } from "../text.ts";
import { dataSources } from "../variables.ts";

/** The box's own services do not count as data of the user. */
const ofUsers = `${labels.service}!="",${labels.service}!~"obsbox-.+"`;
const ownLines = `NOT ${logFields.serviceName}:obsbox*`;
const isThere = (expr: string) => `clamp_max(count(${expr}), 1) or vector(0)`;

/** All ways out but that of the heartbeat, which is counted from the moment that it has an address. */
const receivers = [
  "max(alertmanager_integrations)",
  '- (clamp_max(count(alertmanager_notifications_total{receiver_name="heartbeat"}), 1) or vector(0))',
].join(" ");

const yesOrNo = [...says({ 0: [{ en: "no", zh: "无" }, "red"] }), ...saysFrom(1, { en: "yes", zh: "有" }, "green")];

function tile(title: Text, description: Text, target: Target, page?: string): Panel {
  return stat({
    title,
    description,
    unit: "none",
    targets: [target],
    mappings: yesOrNo,
    thresholds: worseBelow(1, 1),
    curve: false,
    total: target.source === "elasticsearch",
    ...(page !== undefined && { links: [{ title: { en: "Look", zh: "查看" }, page }] }),
  });
}

const tiles: readonly Panel[] = [
  tile(
    { en: "Metrics arrive", zh: "指标" },
    {
      en: "Whether Prometheus reads a service of yours. No: run obsbox targets add NAME host:port.",
      zh: "Prometheus 是否采集到你的服务。若无，请执行 obsbox targets add 名称 主机:端口。",
    },
    now(isThere(`target_info{${ofUsers}}`)),
    "services-overview",
  ),
  tile(
    { en: "Logs arrive", zh: "日志" },
    {
      en: "Whether Elasticsearch has lines of a service of yours within the time of this page. No: the service does not write to the box's folder of logs.",
      zh: "所选时间内 Elasticsearch 是否有你的服务的日志。若无，说明服务没有写入日志目录。",
    },
    countLogs(ownLines, undefined),
    "services-logs",
  ),
  tile(
    { en: "Traces arrive", zh: "链路" },
    {
      en: "Whether Jaeger has counted spans of a service of yours in the last 15 minutes. No: run obsbox env and set what it prints.",
      zh: "最近 15 分钟 Jaeger 是否收到你的服务的 span。若无，请执行 obsbox env 并设置其输出的变量。",
    },
    now(isThere(spans.count(ofUsers))),
    "services-traces",
  ),
  tile(
    { en: "Alerts run", zh: "告警规则" },
    {
      en: "Whether the alert that always fires does fire. No: rules are not loaded, and nothing will ever tell you of a failure.",
      zh: "始终触发的 Watchdog 告警是否在触发。若无，说明规则未加载，任何故障都不会告警。",
    },
    now(isThere('ALERTS{alertname="Watchdog",alertstate="firing"}')),
    "stack-prometheus",
  ),
  tile(
    { en: "Receivers", zh: "告警接收人" },
    {
      en: "Whether Alertmanager has a receiver besides the heartbeat. No: alerts are shown here and nobody is called. Run obsbox alerts receiver add.",
      zh: "除心跳外 Alertmanager 是否配置了接收人。若无，告警只在这里显示，不会通知任何人。请执行 obsbox alerts receiver add。",
    },
    now(`clamp_max(${receivers}, 1)`),
    "stack-alertmanager",
  ),
  tile(
    { en: "Heartbeat", zh: "心跳" },
    {
      en: "Whether a sign of life left this machine in the last ten minutes. No: when the machine dies, its alerts die with it and nobody hears. Run obsbox alerts heartbeat URL.",
      zh: "最近 10 分钟是否有心跳发出本机。若无，机器宕机时告警也随之消失，没有人会知道。请执行 obsbox alerts heartbeat 地址。",
    },
    now(box.heartbeat),
    "stack-alertmanager",
  ),
];

const services = table({
  title: { en: "Your services", zh: "你的服务" },
  description: {
    en: "Services that Prometheus reads, with the time since the start of their youngest process. Follow a name to its page.",
    zh: "Prometheus 采集到的服务及最近一次启动至今的时间，点击名称进入其页面。",
  },
  width: 8,
  height: 15,
  keys: [
    {
      label: labels.service,
      title: { en: "Service", zh: "服务" },
      links: [toValue({ en: "This service", zh: "该服务" }, "services-red", "service", false)],
    },
  ],
  columns: [
    {
      title: { en: "Running for", zh: "已运行" },
      unit: "s",
      decimals: 1,
      expr: `time() - max by (${labels.service}) (${nameOf(metrics.processStartTime)}{${labels.service}!=""})`,
    },
  ],
});

const pages: readonly (readonly [question: Text, name: Text, uid: string])[] = [
  [
    { en: "Which service is unhealthy?", zh: "哪个服务不健康？" },
    { en: "All services", zh: "全部服务" },
    "services-overview",
  ],
  [
    { en: "Is my service good for its users?", zh: "我的服务对用户是否正常？" },
    { en: "Requests, errors, durations", zh: "请求、错误与耗时" },
    "services-red",
  ],
  [
    { en: "Do we keep what we promised?", zh: "我们是否达成承诺？" },
    { en: "Objectives and budget", zh: "SLO 与错误预算" },
    "services-slo",
  ],
  [
    { en: "Is it Node itself?", zh: "是 Node 自身的问题吗？" },
    { en: "Node.js itself", zh: "Node.js 运行时" },
    "services-runtime",
  ],
  [
    { en: "Is it us or them?", zh: "是我们还是对方的问题？" },
    { en: "What it depends on", zh: "依赖" },
    "services-dependencies",
  ],
  [{ en: "What does the service say?", zh: "服务在说什么？" }, { en: "Log lines", zh: "日志" }, "services-logs"],
  [{ en: "Which call path is slow?", zh: "哪条调用路径慢？" }, { en: "Traces", zh: "链路" }, "services-traces"],
  [
    { en: "Is the product working?", zh: "产品是否正常？" },
    { en: "Business numbers", zh: "业务指标" },
    "services-business",
  ],
  [{ en: "Is a machine too small?", zh: "机器资源够吗？" }, { en: "Hosts", zh: "主机" }, "hosts-overview"],
  [
    { en: "Can I trust this box?", zh: "观测栈可信吗？" },
    { en: "Health of the stack", zh: "观测栈健康" },
    "stack-health",
  ],
];

const asMarkdown = (language: keyof Text, [question, name]: readonly [string, string]) =>
  [
    `| ${question} | ${name} |`,
    "| --- | --- |",
    ...pages.map(([asked, title, uid]) => `| ${asked[language]} | [${title[language]}](/d/obsbox-${uid}) |`),
  ].join("\n");

const whatToOpen = text({
  title: { en: "What to open when", zh: "何时看哪个页面" },
  description: { en: "The pages of the box by the question that they answer.", zh: "按问题列出的页面。" },
  width: 9,
  height: 15,
  content: { en: asMarkdown("en", ["Question", "Page"]), zh: asMarkdown("zh", ["问题", "页面"]) },
});

/** Steps up lead out of Grafana; a target of its own keeps Grafana from taking the address for one of its pages. */
const outside = (path: string, name: string) => `<a href="../../../${path}" target="_blank">${name}</a>`;

const elsewhere = text({
  title: { en: "Beside Grafana", zh: "Grafana 之外" },
  description: {
    en: "The other programs of the box, and what they are best at.",
    zh: "观测栈中的其他程序及各自擅长之处。",
  },
  width: 7,
  height: 15,
  content: {
    en: [
      `- ${outside("kibana/app/dashboards", "Kibana")}: search in log lines, free text, saved searches`,
      `- ${outside("jaeger/", "Jaeger")}: one trace in detail, two traces compared`,
      `- ${outside("prometheus/", "Prometheus")}: any query, targets, rules`,
      `- ${outside("alertmanager/", "Alertmanager")}: silence an alert`,
      "",
      "**An alert has come?** Its message leads to the runbook, the page and the log lines.",
      "",
      "**Something says no above?** Point at it: its description says what to do. `obsbox doctor` checks everything at once.",
    ].join("\n"),
    zh: [
      `- ${outside("kibana/app/dashboards", "Kibana")}：全文检索日志、保存查询`,
      `- ${outside("jaeger/", "Jaeger")}：查看单条链路、对比两条链路`,
      `- ${outside("prometheus/", "Prometheus")}：任意查询、采集目标、规则`,
      `- ${outside("alertmanager/", "Alertmanager")}：静默告警`,
      "",
      "**收到告警？** 消息中有处理手册、页面和日志的链接。",
      "",
      "**上方显示“无”？** 鼠标悬停查看说明。`obsbox doctor` 可一次检查全部。",
    ].join("\n"),
  },
});

export const startHere: Page = {
  uid: "start-here",
  area: "start",
  name: { en: "What to open when", zh: "从哪里看起" },
  description: {
    en: "Where to begin: what arrives, what to open when, and where the other programs of the box are.",
    zh: "从这里开始：数据是否到达、何时看哪个页面、其他程序在哪里。",
  },
  variables: [...dataSources("prometheus", "elasticsearch")],
  sections: [{ panels: [...tiles, whatToOpen, services, elsewhere] }],
};
