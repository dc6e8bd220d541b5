/** Findings of checks as a person reads them. */
import type { Result } from "../preflight/checks.ts";
import type { Finding } from "../preflight/finding.ts";
import { marks } from "./style.ts";
import type { Paint } from "./style.ts";
import { oneLine } from "./width.ts";

const looks = {
  failure: { mark: marks.bad, style: "bad" },
  warning: { mark: marks.warning, style: "busy" },
} as const;

/** Two lines for each finding: what is so, and what to do. */
export function findingLines(results: readonly Result[], paint: Paint): readonly string[] {
  const width = Math.max(0, ...results.map(({ name }) => name.length));
  return results.flatMap(({ name, findings }) =>
    findings.flatMap((finding) => linesOf(name.padEnd(width), finding, paint)),
  );
}

/** One line for each check, with its findings below. */
export function checkLines(results: readonly Result[], paint: Paint): readonly string[] {
  const width = Math.max(0, ...results.map(({ name }) => name.length));
  return results.flatMap(({ name, findings, isChecked }) => {
    if (!isChecked) return [`  ${paint(`${marks.busy} ${name.padEnd(width)}  not checked`, "quiet")}`];
    if (findings.length === 0) return [`  ${paint(marks.good, "good")} ${name}`];
    return findings.flatMap((finding) => linesOf(name.padEnd(width), finding, paint));
  });
}

function linesOf(name: string, { level, what, remedy }: Finding, paint: Paint): readonly string[] {
  const { mark, style } = looks[level];
  const indent = " ".repeat(name.length + 6);
  return [`  ${paint(mark, style)} ${name}  ${oneLine(what)}`, `${indent}${paint(oneLine(remedy), "quiet")}`];
}
