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
  return { title, page, variables: { service: `\${__field.labels.${label}}`, environment: "$environment" } };
}

/** From a cell of a table to the page about what it names: `toValue(title, "services-red", "service")`. */
export function toValue(title: Text, page: string, variable: string): Link {
  return { title, page, variables: { [variable]: "${__value.raw}", environment: "$environment" } };
}

export const toLogs = toService({ en: "Log lines of this service", zh: "该服务的日志" }, "services-logs");
export const toTraces = toService({ en: "Traces of this service", zh: "该服务的链路" }, "services-traces");
export const toRuntime = toService({ en: "Node.js itself", zh: "Node.js 运行时" }, "services-runtime");
export const toDependencies = toService({ en: "What it depends on", zh: "它的依赖" }, "services-dependencies");

/** To the runbook of an alert. */
export function toRunbook(alert: string): Link {
  return {
    title: { en: `Runbook ${alert}`, zh: `处理手册 ${alert}` },
    url: `https://github.com/obsbox/obsbox/blob/main/docs/runbooks/${alert}.md`,
  };
}
