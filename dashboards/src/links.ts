/** Links between pages: service, environment and time always go with them. */
import type { Link } from "./model.ts";
import type { Text } from "./text.ts";

const ofService = { service: "$service", environment: "$environment" } as const;

/** To a page about the service that this page is about. */
export function toService(title: Text, page: string): Link {
  return { title, page, variables: ofService };
}

/** To a page about the service that a row or a series is about. `label` is the field's or the label's name. */
export function toServiceOf(title: Text, page: string, label = "service_name"): Link {
  return {
    title,
    page,
    variables: { service: `\${__field.labels.${label}:percentencode}`, environment: "$environment" },
  };
}

/**
 * From a cell of a table to the page about what it names: `toValue(title, "services-red", "service")`.
 *
 * @param hasEnvironment - Whether the page that the link stands on has a choice of environments.
 */
export function toValue(title: Text, page: string, variable: string, hasEnvironment = true): Link {
  const environment = hasEnvironment ? { environment: "$environment" } : {};
  return { title, page, variables: { [variable]: "${__value.raw:percentencode}", ...environment } };
}

export const toLogs = toService({ en: "Log lines of this service", zh: "该服务的日志" }, "services-logs");
export const toTraces = toService({ en: "Traces of this service", zh: "该服务的链路" }, "services-traces");
export const toRuntime = toService({ en: "Node.js itself", zh: "Node.js 运行时" }, "services-runtime");
export const toDependencies = toService({ en: "What it depends on", zh: "它的依赖" }, "services-dependencies");

export const toRed = toService({ en: "Requests, errors, durations", zh: "请求、错误与耗时" }, "services-red");
export const toSlo = toService({ en: "Objectives and budget", zh: "SLO 与错误预算" }, "services-slo");

/** From a cell or a series to the log lines that a Lucene query finds; `value` is what Grafana puts in. */
export function toLogsWith(title: Text, field: string, value = "${__value.raw:percentencode}"): Link {
  return { title, page: "services-logs", variables: { ...ofService, search: `${field}%3A%22${value}%22` } };
}

/** From the id of a trace to the trace, in Jaeger's own page: viewers cannot open Grafana's. */
export const toTrace: Link = {
  title: { en: "This trace in Jaeger", zh: "在 Jaeger 中查看该链路" },
  url: "../jaeger/trace/${__value.raw}",
};

/** To the traces of the service in Jaeger's own page, with the time of this page. */
export const toJaeger: Link = {
  title: { en: "Search in Jaeger", zh: "在 Jaeger 中搜索" },
  url: "../jaeger/search?service=${service:percentencode}&start=${__from}000&end=${__to}000&lookback=custom&limit=20",
};

/** To Kibana's Discover: the lines of the service within the time of this page. */
export const toKibana: Link = {
  title: { en: "These lines in Kibana", zh: "在 Kibana 中查看" },
  url: [
    "../kibana/app/discover#/",
    "?_g=(time:(from:'${__from:date:iso}',to:'${__to:date:iso}'))",
    "&_a=(dataSource:(dataViewId:obsbox-logs,type:dataView),",
    "query:(language:kuery,query:'service.name:%22${service:percentencode}%22'))",
  ].join(""),
};

/** From a cell with the name of an alert to its runbook. */
export const toRunbookOfValue: Link = {
  title: { en: "Runbook", zh: "处理手册" },
  url: "https://github.com/obsbox/obsbox/blob/main/docs/runbooks/${__value.raw}.md",
};

/** To the runbook of an alert. */
export function toRunbook(alert: string): Link {
  return {
    title: { en: `Runbook ${alert}`, zh: `处理手册 ${alert}` },
    url: `https://github.com/obsbox/obsbox/blob/main/docs/runbooks/${alert}.md`,
  };
}
