/** PromQL with other names: found by the grammar of Prometheus, so that values and other words stay as they are. */
import { readPromql, withoutVariables } from "../../../alerts/src/promql.ts";
import type { Naming } from "./naming.ts";

interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Writes an expression in the names of somebody else's set-up.
 *
 * @param expr - PromQL, with variables of Grafana or without.
 * @throws Error when it does not parse.
 * @example
 * renameExpression('sum by (service_name) (up{service_name="$service"})', naming); // by (app) (up{app="$service"})
 */
export function renameExpression(expr: string, naming: Naming): string {
  const plain = withoutVariables(expr);
  const { selectors, labelPlaces } = readPromql(plain);
  const labels = labelPlaces.map(({ label, from, to }) => ({ from, to, text: naming.labels.get(label) }));
  const metrics = selectors.flatMap(({ metric, from, to }) => metricChange(expr, { metric, from, to }, naming));
  const strings = stringsOutside(plain, selectors).map(({ from, to }) => ({
    from: from + 1,
    to: to - 1,
    text: naming.labels.get(plain.slice(from + 1, to - 1)),
  }));
  return replace(expr, [...labels, ...metrics, ...strings].flatMap(isChange));
}

function isChange({ from, to, text }: { from: number; to: number; text: string | undefined }): readonly Change[] {
  return text === undefined ? [] : [{ from, to, text }];
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** The name stands at the beginning, in quotes within braces, or as the value of `__name__`. */
function metricChange(expr: string, { metric, from, to }: Place & { metric: string | undefined }, naming: Naming) {
  if (metric === undefined || naming.metric(metric) === metric) return [];
  const at = expr.slice(from, to).indexOf(metric);
  return at === -1 ? [] : [{ from: from + at, to: from + at + metric.length, text: naming.metric(metric) }];
}

/** Strings that are arguments of functions: the labels of `label_replace`, `label_join` and `count_values`. */
function stringsOutside(expr: string, selectors: readonly Place[]): readonly Place[] {
  return [...expr.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g)]
    .map(({ 0: text, index }) => ({ from: index, to: index + text.length }))
    .filter(({ from }) => !selectors.some((selector) => from >= selector.from && from < selector.to));
}

function replace(text: string, changes: readonly Change[]): string {
  return changes
    .toSorted((a, b) => b.from - a.from)
    .reduce((done, change) => `${done.slice(0, change.from)}${change.text}${done.slice(change.to)}`, text);
}
