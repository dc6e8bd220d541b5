/** What became of each object, as people and programs read it. */
import type { Paint, Style } from "../report/style.ts";
import { oneLine } from "../report/width.ts";

export type Result = "created" | "updated" | "unchanged" | "kept" | "removed" | "refused" | "undone";

export interface Outcome {
  readonly kind: "folder" | "dashboard" | "data view" | "rules";
  readonly name: string;
  readonly result: Result;
  readonly why?: string;
  /** Differences between what is there and what is to be there. */
  readonly changes?: readonly string[];
}

export interface Report {
  /** What the other side is, for instance `Grafana 12.1.0`. */
  readonly server: string;
  readonly isDryRun: boolean;
  readonly objects: readonly Outcome[];
  /** What the reader should know besides. */
  readonly notes: readonly string[];
}

const styles: Readonly<Record<Result, Style>> = {
  created: "good",
  updated: "good",
  unchanged: "quiet",
  kept: "busy",
  removed: "good",
  refused: "bad",
  undone: "busy",
};

/** Refusals, and what was begun and given up, are failures; what somebody else has changed is not. */
export function hasFailed({ objects }: Pick<Report, "objects">): boolean {
  return objects.some(({ result }) => result === "refused" || result === "undone");
}

/** One line for each object, the changes below it where they were asked for, and a sum. */
export function reportLines(report: Report, paint: Paint): readonly string[] {
  const width = Math.max(0, ...report.objects.map(({ name }) => name.length));
  return [
    report.server,
    ...report.objects.flatMap((one) => [
      `  ${paint(one.result.padEnd(9), styles[one.result])}  ${one.why === undefined ? one.name : `${one.name.padEnd(width)}  ${oneLine(one.why)}`}`,
      ...(one.changes ?? []).map(
        (line) => `    ${paint(line, line.startsWith("-") ? "bad" : line.startsWith("+") ? "good" : "quiet")}`,
      ),
    ]),
    ...report.notes.map((note) => `${paint("!", "busy")} ${note}`),
    sumOf(report),
  ];
}

function sumOf({ objects, isDryRun }: Report): string {
  const counts = Object.keys(styles).flatMap((result) => {
    const count = objects.filter((one) => one.result === result).length;
    return count === 0 ? [] : [`${count} ${result}`];
  });
  const wrote = objects.some(({ result }) => result === "created" || result === "updated" || result === "removed");
  const sum = counts.length === 0 ? "nothing to do" : counts.join(", ");
  if (isDryRun) return `A dry run: nothing was written. It would be: ${sum}.`;
  return hasFailed({ objects }) && !wrote ? `Nothing was written: ${sum}.` : `${sum}.`;
}
