/** Reads PromQL with the grammar of Prometheus: which metrics and labels an expression asks for, and where. */
import type { SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

/** `name{label="value"}`, without range and offset. */
export interface Selector {
  /** Absent where the expression matches `__name__` by anything but equality. */
  readonly metric?: string;
  /** Matchers of labels; of `__name__` only when it is not what gives {@link metric}. */
  readonly matchers: readonly Matcher[];
  readonly from: number;
  readonly to: number;
}

/** A label where it stands in the text: in a matcher, or after by, without, on, ignoring, group_left, group_right. */
export interface LabelPlace {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

export interface PromqlFacts {
  readonly selectors: readonly Selector[];
  /** Every label that is asked for, sorted, each once; also the source of `label_replace` and `label_join`. */
  readonly labels: readonly string[];
  readonly labelPlaces: readonly LabelPlace[];
  /** Labels that the expression itself makes: by `label_replace`, `label_join`, `count_values`. */
  readonly madeLabels: readonly string[];
  /** Functions and aggregations, sorted, each once. */
  readonly functions: readonly string[];
}

/**
 * Reads an expression.
 *
 * @param expr - PromQL; of a dashboard's expression take {@link withoutVariables} first.
 * @throws Error with line and column when it does not parse.
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/
 * @example
 * readPromql('sum by (job) (rate(up{job="node"}[5m]))').selectors; // [{ metric: "up", matchers: [...], from: 18, to: 32 }]
 */
export function readPromql(expr: string): PromqlFacts {
  const nodes = nodesOf(expr);
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to);
  const selectors = nodes.filter(({ name }) => name === "VectorSelector").map((node) => selectorOf(node, text));
  const labelPlaces = nodes.filter(isLabel).map((node) => placeOf(node, text));
  const calls = nodes.filter(({ name }) => name === "FunctionCall" || name === "AggregateExpr");
  const strings = calls.map((call) => ({ of: nameOfCall(call, text), literals: stringsOf(call, text) }));
  const asked = strings.flatMap(({ of, literals }) => literals.slice(...(readBy[of] ?? none)));
  return {
    selectors,
    labels: sorted([...labelPlaces.map(({ label }) => label), ...asked].filter((label) => label !== "__name__")),
    labelPlaces,
    madeLabels: sorted(strings.flatMap(({ of, literals }) => literals.slice(...(madeBy[of] ?? none)))),
    functions: sorted(strings.map(({ of }) => of)),
  };
}

/**
 * Puts something of the same length in place of Grafana's variables, so that the expression parses and what is found
 * in it has the same place in the original.
 *
 * @example
 * withoutVariables('rate(up{job="$job"}[$__rate_interval])'); // 'rate(up{job="xxxx"}[              5m])'
 */
export function withoutVariables(expr: string): string {
  return expr.replace(stringOrNot, (part) =>
    /^["'`]/.test(part)
      ? part.replace(variable, (found) => "x".repeat(found.length))
      : part.replace(variable, (found, ...names: (string | undefined)[]) => standIn(names.find(Boolean) ?? "", found)),
  );
}

/** A string with its quotes, or what lies between two strings. */
const stringOrNot = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[^"'`]+/g;

/** `$name`, `${name:format}`, `[[name:format]]`. */
const variable = /\$([A-Za-z_]\w*)|\$\{(\w+)[^}]*\}|\[\[(\w+)[^\]]*\]\]/g;

/** Variables that Grafana sets itself, in the unit that they have. */
const builtIn: Readonly<Record<string, string>> = {
  __interval: "1m",
  __interval_ms: "60000",
  __rate_interval: "5m",
  __range: "1h",
  __range_s: "3600",
  __range_ms: "3600000",
  __from: "1",
};

function standIn(name: string, found: string): string {
  return builtIn[name]?.padStart(found.length) ?? "v".repeat(found.length);
}

type Slice = readonly [number, number?];
const none: Slice = [0, 0];

/** Which of the string arguments of a function are labels that it reads, and which are labels that it makes. */
const readBy: Readonly<Record<string, Slice>> = { label_replace: [2, 3], label_join: [2] };
const madeBy: Readonly<Record<string, Slice>> = { label_replace: [0, 1], label_join: [0, 1], count_values: [0, 1] };

/** Every node of the tree, outer ones first. @throws Error with line and column. */
export function nodesOf(expr: string): readonly SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  parser.parse(expr).iterate({
    enter(ref: SyntaxNodeRef) {
      if (ref.type.isError) throw new Error(`PromQL does not parse at ${positionOf(expr, ref.from)}`);
      nodes.push(ref.node);
    },
  });
  return nodes;
}

function positionOf(expr: string, offset: number): string {
  const lines = expr.slice(0, offset).split("\n");
  const rest = expr.slice(offset).split("\n")[0]?.slice(0, 30) ?? "";
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${rest === "" ? "the end" : rest}`;
}

type TextOf = (node: SyntaxNode) => string;

function selectorOf(node: SyntaxNode, text: TextOf): Selector {
  const list = node.getChild("LabelMatchers");
  const matchers = ["UnquotedLabelMatcher", "QuotedLabelMatcher"]
    .flatMap((kind) => list?.getChildren(kind) ?? [])
    .toSorted((a, b) => a.from - b.from)
    .map((one) => matcherOf(one, text));
  const name = node.getChild("Identifier") ?? list?.getChild("QuotedLabelName");
  const byMatcher = matchers.find(({ label, op }) => label === "__name__" && op === "=");
  const metric = name ? unquoted(text(name)) : byMatcher?.value;
  const own = matchers.filter((one) => one !== byMatcher);
  return { ...(metric === undefined ? {} : { metric }), matchers: own, from: node.from, to: node.to };
}

function matcherOf(node: SyntaxNode, text: TextOf): Matcher {
  const [label, op, value] = [node.firstChild, node.getChild("MatchOp"), node.lastChild].map((one) =>
    one ? text(one) : "",
  );
  return { label: unquoted(label ?? ""), op: op ?? "", value: unquoted(value ?? "") };
}

/** A quoted name alone within braces is a metric's name. */
function isLabel({ name, parent }: SyntaxNode): boolean {
  return name === "LabelName" || (name === "QuotedLabelName" && parent?.name !== "LabelMatchers");
}

function placeOf(node: SyntaxNode, text: TextOf): LabelPlace {
  return { label: unquoted(text(node)), from: node.from, to: node.to };
}

function nameOfCall(call: SyntaxNode, text: TextOf): string {
  const name = call.firstChild;
  return name ? text(name) : "";
}

/** The string literals among the arguments, in order. */
function stringsOf(call: SyntaxNode, text: TextOf): readonly string[] {
  const body = call.getChild("FunctionCallBody");
  return body?.getChildren("StringLiteral").map((node) => unquoted(text(node))) ?? [];
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function unquoted(literal: string): string {
  if (!/^["'`]/.test(literal)) return literal;
  const inner = literal.slice(1, -1);
  return literal.startsWith("`")
    ? inner
    : inner.replace(/\\(.)/gs, (_all, letter: string) => escapes[letter] ?? letter);
}

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].toSorted();
}
