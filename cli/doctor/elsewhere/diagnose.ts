/** Which panels and alerts have no data in a Prometheus, and why. */
import { readPromql, withoutVariables } from "../../../alerts/src/promql.ts";
import type { Matcher, Selector } from "../../../alerts/src/promql.ts";
import { withoutUnit } from "../../import/naming/naming.ts";
import { judge } from "./emptiness.ts";
import type { Inventory } from "./inventory.ts";
import type { Item, Page, Variable } from "./questions.ts";
import { isAlwaysThere } from "./sources.ts";

export type Reason =
  | { readonly kind: "metric"; readonly metric: string }
  | { readonly kind: "dialect"; readonly metric: string; readonly there: string }
  | { readonly kind: "label"; readonly metric: string; readonly label: string }
  | { readonly kind: "job"; readonly metric: string; readonly value: string };

export interface Finding {
  readonly title: string;
  readonly reasons: readonly Reason[];
}

export interface Diagnosis {
  readonly kind: Page["kind"];
  readonly name: string;
  /** Panels that ask Prometheus, or alerts. */
  readonly count: number;
  /** Panels without data, alerts that can never fire. */
  readonly empty: readonly Finding[];
  /** Alerts that fire at once, because they wait for something to be absent. */
  readonly firing: readonly Finding[];
  /** Panels that ask something else than Prometheus. */
  readonly others: number;
}

export interface Known {
  readonly inventory: Inventory;
  /** What rules of ours record: the new series, and what it is made of. */
  readonly recorded: ReadonlyMap<string, string>;
}

/** Metrics of all expressions, and of what their rules record. */
export function metricsOf(pages: readonly Page[], recorded: ReadonlyMap<string, string>): readonly string[] {
  const asked = pages.flatMap(({ items, variables }) => [
    ...items.flatMap(({ expressions }) => expressions),
    ...variables.flatMap(({ expr }) => expr ?? []),
  ]);
  const all = [...asked, ...recorded.values()].flatMap((expr) =>
    selectorsOf(expr).flatMap(({ metric }) => metric ?? []),
  );
  return [...new Set(all)];
}

export function diagnose(page: Page, known: Known): Diagnosis {
  const { kind, name, items, variables, others } = page;
  const noChoice = new Map(variables.map((one) => [one.name, reasonsForVariable(one, known)]));
  const verdicts = items.map((item) => ({ title: item.title, ...judgeItem(item, noChoice, known) }));
  const find = (which: "empty" | "firesOn") =>
    verdicts
      .filter((verdict) => verdict[which].length > 0)
      .map((verdict) => ({ title: verdict.title, reasons: distinct(verdict[which]) }));
  return {
    kind,
    name,
    count: items.length,
    empty: find("empty"),
    firing: kind === "alerts" ? find("firesOn") : [],
    others,
  };
}

function judgeItem(item: Item, noChoice: ReadonlyMap<string, readonly Reason[]>, known: Known) {
  const missing = item.variables.flatMap((name) => noChoice.get(name) ?? []);
  const verdicts = item.expressions.map((expr) => judgeExpression(expr, known));
  const isEmpty = verdicts.every(({ empty }) => empty.length > 0);
  return {
    empty: missing.length > 0 ? missing : isEmpty ? verdicts.flatMap(({ empty }) => empty) : [],
    firesOn: verdicts.flatMap(({ firesOn }) => firesOn),
  };
}

function reasonsForVariable({ expr, label }: Variable, known: Known): readonly Reason[] {
  if (expr === undefined) return [];
  const reasons = judgeExpression(expr, known).empty;
  if (reasons.length > 0 || label === undefined) return reasons;
  const metric = selectorsOf(expr)[0]?.metric ?? "";
  return lacks(metric, label, known.inventory) ? [{ kind: "label", metric, label }] : [];
}

function judgeExpression(expr: string, known: Known) {
  const selectors = selectorsOf(expr);
  return judge<Reason>(expr, (from, to) => {
    const selector = selectors.find((one) => one.from === from && one.to === to);
    return selector === undefined ? undefined : reasonFor(selector, known);
  });
}

function selectorsOf(expr: string): readonly Selector[] {
  return readPromql(withoutVariables(expr)).selectors;
}

function reasonFor({ metric, matchers }: Selector, known: Known): Reason | undefined {
  const { inventory, recorded } = known;
  // A metric that a variable names is the user's own.
  if (metric === undefined || isAlwaysThere(metric) || /^v+$|vvv/.test(metric)) return undefined;
  if (!inventory.metrics.has(metric)) {
    const source = recorded.get(metric);
    // A rule that is there but not yet imported records it as soon as it can.
    if (source !== undefined) return judgeExpression(source, known).empty[0];
    const there = withoutUnit(metric);
    return there !== metric && inventory.metrics.has(there)
      ? { kind: "dialect", metric, there }
      : { kind: "metric", metric };
  }
  const label = matchers.find((matcher) => isDemand(matcher) && lacks(metric, matcher.label, inventory))?.label;
  if (label !== undefined) return { kind: "label", metric, label };
  const job = matchers.find((matcher) => matcher.label === "job" && !allowsJob(matcher, inventory.jobs));
  return job === undefined ? undefined : { kind: "job", metric, value: job.value };
}

/** A label that a healthy system does not have yet. */
const onlyOnErrors = "error_type";

/** A matcher that no series without the label fulfils. What stands for a variable is taken for some value. */
function isDemand({ label, op, value }: Matcher): boolean {
  if (label === onlyOnErrors) return false;
  if (op === "=") return value !== "";
  if (op === "!=") return value === "";
  return op === "=~" && !/^x+$/.test(value) && !matches(value, "");
}

function allowsJob({ op, value }: Matcher, jobs: ReadonlySet<string>): boolean {
  if (/^x+$/.test(value)) return true;
  if (op === "=") return jobs.has(value);
  return op !== "=~" || [...jobs].some((job) => matches(value, job));
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "su").test(text);
  } catch {
    return true; // RE2 knows it, JavaScript does not: no reason to say that something is missing.
  }
}

function lacks(metric: string, label: string, { labels }: Inventory): boolean {
  return labels.get(metric)?.has(label) === false;
}

function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
