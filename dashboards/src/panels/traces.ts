import { toTrace } from "../links.ts";
import type { Json, Panel } from "../model.ts";
import type { Text } from "../text.ts";
import { renamed } from "./columns.ts";
import { place } from "./frame.ts";
import type { Described } from "./frame.ts";

/** Traces from Jaeger; each leads to Jaeger's own page, because viewers may not use Grafana's Explore. */
export function traces(panel: Described & { readonly query: Json; readonly slowestFirst?: boolean }): Panel {
  const { slowestFirst = false } = panel;
  const columns = {
    traceID: { en: "Trace", zh: "链路" },
    traceName: { en: "Began with", zh: "入口" },
    startTime: { en: "At", zh: "时间" },
    duration: { en: "Took", zh: "耗时" },
  } as const;
  return {
    ...place(panel, 12, 9),
    type: "table",
    targets: [{ source: "jaeger", query: panel.query }],
    overrides: [
      { field: columns.traceID, properties: { "custom.width": 100 }, links: [toTrace] },
      { field: columns.startTime, properties: { unit: "dateTimeAsIsoNoDateIfToday", "custom.width": 90 } },
      { field: columns.duration, properties: { unit: "µs", "custom.width": 85 } },
    ],
    // Grafana knows its columns by what it calls them, or by their names, depending on its version.
    transformations: [renamed({ ...named(columns), ...columns })],
    options: {
      showHeader: true,
      footer: { show: false },
      cellHeight: "sm",
      sortBy: [{ displayName: slowestFirst ? columns.duration : columns.startTime, desc: true }],
    },
  };
}

const namesOfTraces = {
  traceID: "Trace ID",
  traceName: "Trace name",
  startTime: "Start time",
  duration: "Duration",
} as const;

function named(columns: Readonly<Record<keyof typeof namesOfTraces, Text>>): Readonly<Record<string, Text>> {
  return Object.fromEntries(Object.entries(namesOfTraces).map(([field, name]) => [name, Reflect.get(columns, field)]));
}
