/** Variables of pages, always in this order: data sources, environment, service, version, instance. */
import { labels } from "./promql.ts";
import type { Source, Variable } from "./model.ts";
import type { Text } from "./text.ts";

const sourceNames: Readonly<Record<Source, Text>> = {
  prometheus: { en: "Data source", zh: "数据源" },
  elasticsearch: { en: "Data source of logs", zh: "日志数据源" },
  jaeger: { en: "Data source of traces", zh: "链路数据源" },
};

/** Names that Grafana's linter expects. */
export const sourceVariables: Readonly<Record<Source, string>> = {
  prometheus: "datasource",
  elasticsearch: "elasticsearch_datasource",
  jaeger: "jaeger_datasource",
};

export function dataSources(...sources: readonly Source[]): readonly Variable[] {
  return sources.map((source) => ({
    name: sourceVariables[source],
    label: sourceNames[source],
    type: "datasource",
    query: source,
  }));
}

const anything = ".*";

export const environment: Variable = {
  name: "environment",
  label: { en: "Environment", zh: "环境" },
  type: "query",
  query: `label_values(target_info, ${labels.environment})`,
  multi: true,
  allValue: anything,
};

export const service: Variable = {
  name: "service",
  label: { en: "Service", zh: "服务" },
  type: "query",
  query: `label_values(target_info{${labels.environment}=~"$environment"}, ${labels.service})`,
};

const ofOne = `${labels.service}="$service",${labels.environment}=~"$environment"`;

export const version: Variable = {
  name: "version",
  label: { en: "Version", zh: "版本" },
  type: "query",
  query: `label_values(target_info{${ofOne}}, ${labels.version})`,
  multi: true,
  allValue: anything,
};

export const instance: Variable = {
  name: "instance",
  label: { en: "Instance", zh: "实例" },
  type: "query",
  query: `label_values(target_info{${ofOne}}, instance)`,
  multi: true,
  allValue: anything,
};

/** Of a page about one service. */
export const oneService: readonly Variable[] = [environment, service, version, instance];

/** Free text; Grafana calls it a textbox. */
export function textbox(name: string, label: Text, query: string): Variable {
  return { name, label, type: "textbox", query };
}

/** A choice between fixed values: `custom("threshold", label, "0.1,0.25,0.5")`. */
export function custom(name: string, label: Text, query: string): Variable {
  return { name, label, type: "custom", query };
}

/** A variable over the values of a label, for pages about something else than a service. */
export function labelValues(
  name: string,
  label: Text,
  query: string,
  more: Pick<Variable, "multi" | "allValue" | "regex"> = {},
): Variable {
  return { name, label, type: "query", query, ...more };
}
