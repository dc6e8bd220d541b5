import { toRunbookOfValue, toValue } from "../links.ts";
import type { Panel } from "../model.ts";
import type { Described } from "./frame.ts";
import { table } from "./table.ts";

/** Alerts that fire now, as Prometheus says: the same in every Grafana, and with the labels of the rule. */
export function alerts(panel: Described & { readonly selector: string }): Panel {
  const severity = { en: "Severity", zh: "级别" };
  const by = "alertname, severity, service_name, instance";
  const chosen = `severity=~"critical|warning|info",${panel.selector}`;
  const found = table({
    ...panel,
    emptyIsHealthy: true,
    height: panel.height ?? 7,
    keys: [
      { label: "alertname", title: { en: "Alert", zh: "告警" }, links: [toRunbookOfValue] },
      { label: "severity", title: severity, width: 110 },
      {
        label: "service_name",
        title: { en: "Service", zh: "服务" },
        links: [toValue({ en: "This service", zh: "该服务" }, "services-red", "service", false)],
      },
      { label: "instance", title: { en: "Instance", zh: "实例" } },
    ],
    columns: [
      {
        title: { en: "For", zh: "持续" },
        unit: "s",
        decimals: 1,
        width: 130,
        expr: `time() - min by (${by}) (ALERTS_FOR_STATE{${chosen}} and ignoring (alertstate) ALERTS{alertstate="firing",${chosen}})`,
      },
    ],
  });
  // By name, critical comes first.
  return { ...found, options: { ...found.options, sortBy: [{ displayName: severity, desc: false }] } };
}
