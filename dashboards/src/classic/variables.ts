import type { Json, Variable } from "../model.ts";
import { reference } from "./targets.ts";

export function variable(one: Variable): Json {
  const { name, label, type, query, multi = false, allValue, source = "prometheus", regex = "", hide = false } = one;
  const common = { name, label, type, hide: hide ? 2 : 0, skipUrlSync: false };
  if (type === "datasource")
    return { ...common, query, regex: "", current: {}, options: [], refresh: 1, multi: false, includeAll: false };
  if (type === "textbox" || type === "constant")
    return { ...common, query, current: { text: query, value: query }, options: [] };
  const choice = {
    multi,
    includeAll: allValue !== undefined,
    ...(allValue !== undefined && { allValue }),
    current: allValue === undefined ? {} : { text: multi ? ["All"] : "All", value: multi ? ["$__all"] : "$__all" },
    options: [],
  };
  if (type === "custom") return { ...common, ...choice, query, ...firstOf(query) };
  return {
    ...common,
    ...choice,
    datasource: reference(source),
    definition: query,
    query: source === "prometheus" ? { query, refId: `Variable-${name}` } : query,
    regex,
    // With the time range, so that what is gone is not offered.
    refresh: 2,
    sort: 1,
  };
}

/** The first choice is chosen, because Grafana chooses none by itself. */
function firstOf(query: string): Json {
  const options = query.split(",").map((one, index) => {
    const [text = "", value = text] = one.split(" : ").map((part) => part.trim());
    return { text, value, selected: index === 0 };
  });
  const [first] = options;
  return { options, current: first ?? {} };
}
