/** What panels ask, and which data source they ask. */
import type { Json, Source, Target } from "../model.ts";
import { refId } from "../targets.ts";
import { sourceVariables } from "../variables.ts";

export function sourceOf(targets: readonly Target[]): Json {
  const kinds = [...new Set(targets.map(({ source }) => source))];
  return kinds.length === 1 && kinds[0] !== undefined
    ? reference(kinds[0])
    : { type: "datasource", uid: "-- Mixed --" };
}

export function reference(source: Source): Json {
  return { type: source, uid: `\${${sourceVariables[source]}}` };
}

export function target(one: Target, index: number): Json {
  const common = { refId: refId(index), datasource: reference(one.source) };
  if (one.source === "jaeger") return { ...common, ...one.query };
  if (one.source === "elasticsearch") {
    const { query, metrics, bucketAggs = [], legend = "" } = one;
    return { ...common, query, alias: legend, metrics, bucketAggs, timeField: "@timestamp" };
  }
  const { expr, legend, instant = false, format = "time_series", exemplar = false } = one;
  return {
    ...common,
    expr,
    legendFormat: legend ?? "__auto",
    instant,
    range: !instant,
    format,
    exemplar,
    editorMode: "code",
  };
}
