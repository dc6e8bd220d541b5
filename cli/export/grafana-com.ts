/**
 * The form that grafana.com and the import screen know: it lists what it needs, and asks for the data sources. Made for a
 * release only; everywhere else a dashboard whose data sources are variables loads without a question.
 */
import { isObject, listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";
import { sourceTypes } from "../import/dashboards.ts";
import { oldestGrafana } from "../import/grafana/facts.ts";
import type { Model } from "../import/naming/dashboard.ts";

const pluginNames: Readonly<Record<string, string>> = {
  prometheus: "Prometheus",
  elasticsearch: "Elasticsearch",
  jaeger: "Jaeger",
};

/** @param model - A dashboard whose data sources are variables. */
export function forGrafanaCom(model: Model): Model {
  const types = [...new Set(sourceTypes({ model }))];
  const plugins = types.map((id) => ({ type: "datasource", id, name: pluginNames[id] ?? id, version: "1.0.0" }));
  const panels = [...panelTypes(model)].toSorted().map((id) => ({ type: "panel", id, name: id, version: "" }));
  return {
    __inputs: types.map((id) => ({
      name: inputOf(id),
      label: pluginNames[id] ?? id,
      description: "",
      type: "datasource",
      pluginId: id,
      pluginName: pluginNames[id] ?? id,
    })),
    __elements: {},
    __requires: [
      { type: "grafana", id: "grafana", name: "Grafana", version: `${oldestGrafana}.0` },
      ...plugins,
      ...panels,
    ],
    ...model,
    templating: {
      ...(isObject(model["templating"]) ? model["templating"] : {}),
      list: listAt(model, "templating", "list").map(bind),
    },
  };
}

function inputOf(type: string): string {
  return `DS_${type.toUpperCase()}`;
}

/** The variable stays, and begins with what the reader chose on import. */
function bind(variable: unknown): unknown {
  if (!isObject(variable) || variable["type"] !== "datasource") return variable;
  const input = `\${${inputOf(textAt(variable, "query") ?? "")}}`;
  return { ...variable, current: { selected: true, text: input, value: input } };
}

function panelTypes(model: unknown): ReadonlySet<string> {
  const panels = listAt(model, "panels");
  const types = panels.flatMap((panel) => [textAt(panel, "type") ?? "", ...panelTypes(panel)]);
  return new Set(types.filter((type) => type !== "" && type !== "row"));
}
