/**
 * Whether an expression can have an answer when some of its selectors have none: `a or b` needs one of them, `a / b`
 * both, and `absent(a)` answers just then.
 */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { withoutVariables } from "../../../alerts/src/promql.ts";

export interface Verdict<Reason> {
  /** Why there is no answer; empty where there can be one. */
  readonly empty: readonly Reason[];
  /** It answers because something is absent: an alert fires at once. */
  readonly firesOn: readonly Reason[];
}

/**
 * Judges an expression.
 *
 * @param reasonFor - Why a selector, given by its place, has no series; undefined where it has.
 */
export function judge<Reason>(
  expr: string,
  reasonFor: (from: number, to: number) => Reason | undefined,
): Verdict<Reason> {
  return judgeNode(parser.parse(withoutVariables(expr)).topNode, { expr, reasonFor });
}

interface Context<Reason> {
  readonly expr: string;
  readonly reasonFor: (from: number, to: number) => Reason | undefined;
}

const full = { empty: [], firesOn: [] } as const;

function judgeNode<Reason>(node: SyntaxNode, context: Context<Reason>): Verdict<Reason> {
  if (node.name === "VectorSelector") {
    const reason = context.reasonFor(node.from, node.to);
    return reason === undefined ? full : { empty: [reason], firesOn: [] };
  }
  const parts = childrenOf(node).map((child) => judgeNode(child, context));
  if (node.name === "BinaryExpr") return judgeBinary(node, parts);
  if (node.name === "FunctionCall" && isAbsence(node, context.expr)) return judgeAbsence(parts);
  return all(parts);
}

/** The sides stand first and last; between them are the operator and what belongs to it. */
function judgeBinary<Reason>(node: SyntaxNode, parts: readonly Verdict<Reason>[]): Verdict<Reason> {
  const [left = full, right = full] = [parts[0], parts.at(-1)];
  if (node.getChild("Unless")) return left;
  if (!node.getChild("Or")) return all([left, right]);
  const isEmpty = left.empty.length > 0 && right.empty.length > 0;
  return { empty: isEmpty ? [...left.empty, ...right.empty] : [], firesOn: [...left.firesOn, ...right.firesOn] };
}

function judgeAbsence<Reason>(parts: readonly Verdict<Reason>[]): Verdict<Reason> {
  return { empty: [], firesOn: all(parts).empty };
}

function all<Reason>(parts: readonly Verdict<Reason>[]): Verdict<Reason> {
  const empty = parts.flatMap((part) => part.empty);
  // What is compared with nothing, or divided by it, is nothing: it does not fire either.
  return { empty, firesOn: empty.length > 0 ? [] : parts.flatMap((part) => part.firesOn) };
}

function isAbsence(node: SyntaxNode, expr: string): boolean {
  const name = node.firstChild;
  return name !== null && /^absent(_over_time)?$/.test(expr.slice(name.from, name.to));
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}
