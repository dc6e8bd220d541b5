/** Small mistakes in a rule, each of which a test must notice. */
import type { SyntaxNode } from "@lezer/common";
import { nodesOf } from "./promql.ts";
import type { Rule } from "./rule-files.ts";

export interface Mutant {
  /** What was changed, the same from run to run. */
  readonly what: string;
  readonly rule: Rule;
}

/**
 * Makes every mutant of an alert: each comparison flipped, each number that something is compared or multiplied with
 * 10 % larger and smaller, each operand of `and` and each guard of `unless` dropped, `for` halved.
 *
 * @example
 * mutantsOf({ alert: "A", expr: "up == 0", for: "2m" }).map(({ what }) => what);
 * // ["flip == at 3: up == 0", "for 60s"]
 */
export function mutantsOf(rule: Rule): readonly Mutant[] {
  const { expr } = rule;
  const edits = nodesOf(expr).flatMap((node) => kinds.flatMap((kind) => kind(node, expr)));
  const ofExpr = edits.map(({ what, from, to, text }) => ({
    what: `${what} at ${from}: ${oneLine(expr.slice(from, to))}`,
    rule: { ...rule, expr: expr.slice(0, from) + text + expr.slice(to) },
  }));
  const seconds = secondsOf(rule.for ?? "0s");
  const half = { what: `for ${seconds / 2}s`, rule: { ...rule, for: `${Math.round(seconds / 2)}s` } };
  return seconds > 0 ? [...ofExpr, half] : ofExpr;
}

interface Edit {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Kind = (node: SyntaxNode, expr: string) => readonly Edit[];

const opposites: Readonly<Record<string, string>> = {
  ">": "<",
  "<": ">",
  ">=": "<=",
  "<=": ">=",
  "==": "!=",
  "!=": "==",
};

const flipComparison: Kind = ({ parent, from, to }, expr) => {
  const text = opposites[expr.slice(from, to)];
  return parent?.name === "BinaryExpr" && text !== undefined ? [{ what: "flip", from, to, text }] : [];
};

const moveThreshold: Kind = ({ name, parent, from, to }, expr) => {
  const value = Number(expr.slice(from, to));
  if (name !== "NumberDurationLiteral" || parent?.name !== "BinaryExpr" || value === 0) return [];
  return [1.1, 0.9].map((factor) => {
    const text = String(Number((value * factor).toPrecision(12)));
    return { what: `${factor > 1 ? "+" : "-"}10 %`, from, to, text };
  });
};

const dropGuard: Kind = ({ name, firstChild, lastChild, from, to }, expr) => {
  const operator = firstChild?.nextSibling?.name ?? "";
  if (name !== "BinaryExpr" || firstChild === null || lastChild === null) return [];
  const keep = (node: SyntaxNode) => expr.slice(node.from, node.to);
  const withoutRight = { what: `drop the right of ${operator.toLowerCase()}`, from, to, text: keep(firstChild) };
  const withoutLeft = { what: "drop the left of and", from, to, text: keep(lastChild) };
  if (operator === "And") return [withoutRight, withoutLeft];
  return operator === "Unless" ? [withoutRight] : [];
};

const kinds: readonly Kind[] = [flipComparison, moveThreshold, dropGuard];

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration in Prometheus' notation, for instance 1h30m. */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (unitSeconds[unit] ?? 0), 0);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
