/** What is said when a box does not start: which component, its last lines, and where all of it stands. */
import type { Box } from "../box/box.ts";
import { runCompose } from "../docker/compose.ts";
import { inspectContainers, listContainers } from "../docker/containers.ts";
import { fileLoggers, readFileLogs } from "../docker/file-logs.ts";
import { writeReport } from "../report/bundle.ts";
import { redactorOf } from "../report/redact.ts";
import { marks } from "../report/style.ts";
import type { Paint } from "../report/style.ts";
import { oneLine } from "../report/width.ts";
import type { Outcome } from "./start.ts";

export interface Failure {
  /** Path of the report. */
  readonly report: string;
  readonly components: readonly CulpritReport[];
}

interface CulpritReport {
  readonly name: string;
  readonly phase: string;
  /** What its healthcheck said last. */
  readonly healthcheck: string;
  readonly lines: readonly string[];
}

const shownLines = 8;
/** More would hide the first ones, and all of it is in the report. */
const shownCulprits = 3;

export async function describeFailure(box: Box, outcome: Outcome): Promise<Failure> {
  const redact = redactorOf(box);
  const containers = await listContainers(box);
  const details = await inspectContainers(containers.map(({ id }) => id));
  const describe = async (name: string): Promise<CulpritReport> => {
    const id = containers.find(({ service }) => service === name)?.id ?? "";
    const lines = await lastLines(box, name);
    return {
      name,
      phase: outcome.progress.find((one) => one.name === name)?.phase ?? "",
      healthcheck: redact(oneLine(details.get(id)?.lastFailure ?? "")),
      lines: lines.slice(-shownLines).map((line) => redact(oneLine(line))),
    };
  };
  const components = await Promise.all(rootsOf(outcome).slice(0, shownCulprits).map(describe));
  return { report: await writeReport(box), components };
}

/** Its last lines, those in files after those that Docker has. */
async function lastLines(box: Box, name: string): Promise<readonly string[]> {
  const tail = String(shownLines);
  const { stdout } = await runCompose(box, ["logs", "--no-color", "--no-log-prefix", "--tail", tail, name]);
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  if (fileLoggers.includes(name)) {
    await readFileLogs(box, name, { follow: false, tail, onLine: (line) => lines.push(line) });
  }
  return lines;
}

export function failureLines(outcome: Outcome, { report, components }: Failure, paint: Paint): readonly string[] {
  const seconds = (outcome.elapsedMs / 1000).toFixed(0);
  const names = rootsOf(outcome).join(", ");
  const what =
    outcome.kind === "timeout" ? `not ready after ${seconds} s: ${names}` : `did not start: ${names || "the box"}`;
  return [
    `${paint(marks.bad, "bad")} ${what}`,
    ...(outcome.message === undefined ? [] : [`  ${outcome.message}`]),
    ...components.flatMap((component) => culpritLines(component, paint)),
    "",
    `  The whole report, without secrets: ${report}`,
    "  What was started goes on. Look: obsbox status, obsbox logs NAME. Again: obsbox up. End: obsbox down.",
  ];
}

/** Those that only wait for others are not why. */
function rootsOf({ progress, culprits }: Outcome): readonly string[] {
  const waiting = new Set(progress.filter(({ phase }) => phase === "waiting").map(({ name }) => name));
  const roots = culprits.filter((name) => !waiting.has(name));
  return roots.length === 0 ? culprits : roots;
}

function culpritLines({ name, phase, healthcheck, lines }: CulpritReport, paint: Paint): readonly string[] {
  return [
    "",
    `  ${paint(name, "strong")} is ${phase}${healthcheck === "" ? "" : `; its healthcheck says: ${healthcheck}`}`,
    ...lines.map((line) => `    ${paint(line, "quiet")}`),
  ];
}
