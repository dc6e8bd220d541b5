/** The report as a person reads it. */
import { stripVTControlCharacters, styleText } from "node:util";
import { redactText } from "../redaction/text.ts";
import type { Finding, Result } from "./finding.ts";

export type Style = "green" | "red" | "yellow" | "gray";

/** Colours a text, or does not. */
export type Paint = (style: Style, text: string) => string;

/** Colours for one stream: none where the reader is a program or NO_COLOR is set. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

interface Look {
  readonly mark: string;
  readonly style: Style;
}

const looks: Readonly<Record<Finding["level"] | "good" | "skipped", Look>> = {
  good: { mark: "✓", style: "green" },
  failure: { mark: "✗", style: "red" },
  warning: { mark: "!", style: "yellow" },
  note: { mark: "✓", style: "green" },
  skipped: { mark: "·", style: "gray" },
};

const levels = ["failure", "warning", "note"] as const;

/** One line for each check; below it what was found, what to do, and where it is explained. */
export function reportLines(results: readonly Result[], paint: Paint): readonly string[] {
  const width = Math.max(...results.map(({ name }) => name.length));
  return ["", ...results.flatMap((result) => linesOf(result, width, paint)), "", sumOf(results, paint), ""];
}

function linesOf(result: Result, width: number, paint: Paint): readonly string[] {
  const { mark, style } = looks[stateOf(result)];
  const name = result.name.padEnd(width);
  const seen = oneLine(result.seen);
  const indent = " ".repeat(width + 6);
  if (result.isSkipped === true) return [`  ${paint(style, `${mark} ${name}  ${seen}`)}`];
  return [`  ${paint(style, mark)} ${name}  ${seen}`, ...result.findings.flatMap((one) => below(one, indent, paint))];
}

function below({ level, code, what, remedy, details = [] }: Finding, indent: string, paint: Paint): readonly string[] {
  const said = level === "note" ? paint("gray", oneLine(what)) : paint(looks[level].style, oneLine(what));
  return [
    `${indent}${said} ${paint("gray", `[${code}]`)}`,
    ...details.map((detail) => `${indent}  ${paint("gray", oneLine(detail))}`),
    `${indent}${paint("gray", "→")} ${oneLine(remedy)}`,
  ];
}

function stateOf({ findings, isSkipped }: Result): keyof typeof looks {
  if (isSkipped === true) return "skipped";
  return levels.find((wanted) => findings.some(({ level }) => level === wanted)) ?? "good";
}

function sumOf(results: readonly Result[], paint: Paint): string {
  const states = results.map(stateOf);
  const count = (wanted: keyof typeof looks) => states.filter((state) => state === wanted).length;
  const [bad, doubtful, unchecked] = [count("failure"), count("warning"), count("skipped")];
  const state = bad > 0 ? "failure" : doubtful > 0 ? "warning" : "good";
  const { mark, style } = looks[state];
  const parts = [
    `${results.length - unchecked} checks`,
    bad === 0 ? "none failed" : `${bad} failed`,
    ...(doubtful === 0 ? [] : [`${doubtful} with a warning`]),
    ...(unchecked === 0 ? [] : [`${unchecked} not needed`]),
  ];
  return `${paint(style, mark)} ${parts.join(", ")}`;
}

/** Addresses, paths and messages of others may hold secrets; remedies are our own words. */
export function hideSecrets(results: readonly Result[]): readonly Result[] {
  return results.map((result) => ({
    ...result,
    seen: redactText(result.seen),
    findings: result.findings.map(({ details, ...finding }) => ({
      ...finding,
      what: redactText(finding.what),
      ...(details && { details: details.map(redactText) }),
    })),
  }));
}

/** Without what would move the cursor. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}
