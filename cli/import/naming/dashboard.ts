/** A dashboard in the names of somebody else's set-up. */
import { isObject, textAt } from "../../../stack/companion/elasticsearch/json.ts";
import { renameExpression } from "./expression.ts";
import type { Naming } from "./naming.ts";
import { renameFields, renameWords } from "./words.ts";

export type Model = Readonly<Record<string, unknown>>;

/** Whose words a part of the dashboard is in. */
interface Context {
  readonly naming: Naming;
  /** Type of the data source that is asked; parts inherit it from what they are in. */
  readonly source: string | undefined;
  /** Whether names of columns stand here, which are labels where a query gives a table. */
  readonly hasColumns: boolean;
}

/** Keys below which columns are named: which come first, how they are called, how they look. */
const columnKeys = new Set(["transformations", "matcher", "sortBy", "groupBy"]);

/**
 * Gives names of labels, log fields and metrics their other names, in queries and wherever else they stand.
 *
 * @param model - Classic JSON of a dashboard.
 */
export function renameDashboard(model: Model, naming: Naming): Model {
  return renameObject(model, { naming, source: undefined, hasColumns: false });
}

function renameObject(value: Model, outer: Context): Model {
  const source = textAt(value, "datasource", "type") ?? outer.source;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const context = { ...outer, source, hasColumns: outer.hasColumns || columnKeys.has(key) };
      const name = outer.hasColumns ? columnOf(key, context) : key;
      return [name, rename(key, one, context)];
    }),
  );
}

function rename(key: string, value: unknown, context: Context): unknown {
  if (Array.isArray(value)) return value.map((one) => rename(key, one, context));
  if (isObject(value)) return renameObject(value, context);
  if (typeof value !== "string") return value;
  const asked = queries[context.source ?? ""]?.[key];
  if (asked !== undefined) return asked(value, context.naming);
  return renameWords(context.hasColumns ? columnOf(value, context) : value, context.naming);
}

function columnOf(name: string, { naming }: Context): string {
  return naming.labels.get(name) ?? naming.fields.get(name) ?? name;
}

type Renaming = (text: string, naming: Naming) => string;

/** What holds a query, by the type of the data source and the key. */
const queries: Readonly<Record<string, Readonly<Record<string, Renaming>>>> = {
  prometheus: { expr: renameExpression, query: renameChoices, definition: renameChoices },
  elasticsearch: {
    query: renameLogQuery,
    definition: renameLogQuery,
    field: (field, { fields }) => fields.get(field) ?? field,
  },
};

/** Query of a variable: `label_values(metric{...}, label)`, or `query_result(expression)`. */
function renameChoices(query: string, naming: Naming): string {
  const [, expr, label] = /^\s*label_values\(\s*(?:([\s\S]*),)?\s*(\w+)\s*\)\s*$/.exec(query) ?? [];
  if (label !== undefined) {
    const theirs = naming.labels.get(label) ?? label;
    return `label_values(${expr === undefined ? "" : `${renameExpression(expr, naming)}, `}${theirs})`;
  }
  const [, inner] = /^\s*query_result\(([\s\S]*)\)\s*$/.exec(query) ?? [];
  return inner === undefined ? query : `query_result(${renameExpression(inner, naming)})`;
}

/** Words of Lucene, or for a variable an object such as `{"find": "terms", "field": "service.name"}`. */
function renameLogQuery(query: string, naming: Naming): string {
  if (!query.trimStart().startsWith("{")) return renameFields(query, naming);
  return query.replace(/("field"\s*:\s*")([^"]+)(")/, (_all, before: string, field: string, behind: string) =>
    [before, naming.fields.get(field) ?? field, behind].join(""),
  );
}
