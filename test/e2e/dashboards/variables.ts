/** Variables of a page, chosen as Grafana chooses them. */
import type { Answer, DataSource } from "./data-sources.ts";

export type Sources = ReadonlyMap<string, DataSource>;

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
  readonly query?: unknown;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly regex?: string;
}

export type Values = Readonly<Record<string, string>>;

/** The last quarter of an hour, which is as long as a box of the tests lives. */
export const range = { seconds: 900, stepSeconds: 15, rateInterval: "60s" } as const;

export async function valuesOf(variables: readonly Variable[], sources: Sources, chosen: Values): Promise<Values> {
  const values: Record<string, string> = {};
  for (const variable of variables) values[variable.name] = await valueOf(variable, sources, values, chosen);
  return values;
}

async function valueOf(variable: Variable, sources: Sources, values: Values, chosen: Values): Promise<string> {
  const { name, type, definition = "", query, includeAll = false, allValue, regex = "" } = variable;
  if (type === "datasource") return sources.has(String(query)) ? name : "";
  if (type === "textbox") return chosen[name] ?? String(query);
  if (type === "constant") return String(query);
  if (type === "custom") return String(query).split(",")[0]?.split(" : ").at(-1)?.trim() ?? "";
  const offered = chosenBy(regex, await labelValues(substitute(definition, values), sources));
  const wanted = chosen[name];
  if (wanted !== undefined && offered.includes(wanted)) return wanted;
  if (includeAll && offered.length > 0) return allValue ?? offered.join("|");
  return offered[0] ?? "";
}

/** Values that match, each once: a value is what the first group has caught, or all of it where there is no group. */
function chosenBy(regex: string, values: readonly string[]): readonly string[] {
  const [, pattern] = /^\/(.*)\/$/.exec(regex) ?? [];
  if (pattern === undefined) return values;
  const found = values.flatMap((value) => {
    const match = new RegExp(pattern).exec(value);
    return match === null ? [] : [match[1] ?? value];
  });
  return [...new Set(found)];
}

/** `label_values(selector, label)`, `metrics(regex)` and `query_result(...)`, as Grafana's Prometheus source has them. */
async function labelValues(definition: string, sources: Sources): Promise<readonly string[]> {
  const prometheus = sources.get("prometheus");
  const [, selector = "", label = ""] = /^label_values\((.+),\s*(\w+)\)$/.exec(definition) ?? [];
  if (prometheus === undefined) return [];
  if (label === "") return metricNames(prometheus, definition);
  const start = String(Date.now() / 1000 - range.seconds);
  const query = new URLSearchParams({ "match[]": selector, start }).toString();
  const [answer] = await prometheus.ask([{ method: "GET", path: `/api/v1/label/${label}/values?${query}` }]);
  return listIn(answer);
}

async function metricNames(prometheus: DataSource, definition: string): Promise<readonly string[]> {
  const [, pattern = "^$"] = /^metrics\((.+)\)$/.exec(definition) ?? [];
  const [answer] = await prometheus.ask([{ method: "GET", path: "/api/v1/label/__name__/values" }]);
  return listIn(answer).filter((name) => new RegExp(pattern).test(name));
}

function listIn(answer: Answer | undefined): readonly string[] {
  const { data = [] } = (answer?.body ?? {}) as { data?: readonly string[] };
  return data;
}

export function fill<T>(value: T, values: Values): T {
  return JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === "string" ? substitute(one, values) : one,
  ) as T;
}

/** Grafana's `$name`, `${name}` and `${name:format}`, with its own variables of time. */
function substitute(text: string, values: Values): string {
  const all: Values = {
    __rate_interval: range.rateInterval,
    __interval: `${range.stepSeconds}s`,
    __range: `${range.seconds}s`,
    __range_s: String(range.seconds),
    ...values,
  };
  return text.replaceAll(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    return all[braced ?? bare ?? ""] ?? whole;
  });
}
