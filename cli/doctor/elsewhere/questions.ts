/** What dashboards and alerts ask of Prometheus. */
import { listAt, textAt, valueAt } from "../../../stack/companion/elasticsearch/json.ts";
import { panelsOf } from "../../import/dashboards.ts";
import type { Dashboard } from "../../import/dashboards.ts";
import type { Topic } from "../../import/rules.ts";

/** A panel, or an alert: empty when none of its expressions has an answer. */
export interface Item {
  readonly title: string;
  readonly expressions: readonly string[];
  /** Variables of the page that must have a value. */
  readonly variables: readonly string[];
}

/** A variable whose values Prometheus gives. */
export interface Variable {
  readonly name: string;
  /** What its values are read from; undefined where that is no expression. */
  readonly expr: string | undefined;
  readonly label: string | undefined;
}

export interface Page {
  readonly kind: "dashboard" | "alerts";
  readonly name: string;
  readonly items: readonly Item[];
  readonly variables: readonly Variable[];
  /** Panels that ask something else than Prometheus. */
  readonly others: number;
}

export function dashboardPage({ uid, model }: Dashboard): Page {
  const all = panelsOf(model).filter((panel) => listAt(panel, "targets").length > 0);
  const items = all.map(itemOf).filter(({ expressions }) => expressions.length > 0);
  return { kind: "dashboard", name: uid, items, variables: variablesOf(model), others: all.length - items.length };
}

export function alertsPage({ name, groups }: Topic): Page {
  const items = groups.flatMap(({ rules }) =>
    rules.flatMap((rule): readonly Item[] => {
      const title = textAt(rule, "alert");
      return title === undefined ? [] : [{ title, expressions: [textAt(rule, "expr") ?? ""], variables: [] }];
    }),
  );
  return { kind: "alerts", name, items, variables: [], others: 0 };
}

/** What rules record is there as soon as they are: by the name of the new series, what it is made of. */
export function recordedBy(topics: readonly Topic[]): ReadonlyMap<string, string> {
  const rules = topics.flatMap(({ groups }) => groups.flatMap((group) => group.rules));
  return new Map(
    rules.flatMap((rule): readonly (readonly [string, string])[] => {
      const [record, expr] = [textAt(rule, "record"), textAt(rule, "expr")];
      return record === undefined || expr === undefined ? [] : [[record, expr]];
    }),
  );
}

function itemOf(panel: unknown): Item {
  const targets = listAt(panel, "targets").filter((target) => typeOf(target, panel) === "prometheus");
  const expressions = targets.flatMap((target) => textAt(target, "expr") ?? []);
  const names = expressions.flatMap((expr) =>
    [...expr.matchAll(/\$\{?(\w+)|\[\[(\w+)/g)].map(([, a, b]) => a ?? b ?? ""),
  );
  return { title: textAt(panel, "title") ?? "", expressions, variables: [...new Set(names)] };
}

function typeOf(target: unknown, panel: unknown): string | undefined {
  return textAt(target, "datasource", "type") ?? textAt(panel, "datasource", "type");
}

/** Those without "All": a page about one service shows nothing where there is no service to choose. */
function variablesOf(model: unknown): readonly Variable[] {
  return listAt(model, "templating", "list")
    .filter((one) => textAt(one, "type") === "query" && textAt(one, "datasource", "type") === "prometheus")
    .filter((one) => valueAt(one, "includeAll") !== true)
    .map((one) => {
      const query = textAt(one, "query", "query") ?? textAt(one, "query") ?? "";
      const [, expr, label] = /^\s*label_values\(\s*(?:([\s\S]*),)?\s*(\w+)\s*\)\s*$/.exec(query) ?? [];
      return { name: textAt(one, "name") ?? "", expr, label };
    });
}
