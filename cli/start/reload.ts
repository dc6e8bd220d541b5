/** Has a component that runs read changed files: its own checker looks first, and what is broken changes nothing. */
import type { Box } from "../box/box.ts";
import { compose } from "../docker/arguments.ts";
import { composeOutput, runCompose } from "../docker/compose.ts";
import { oneLine } from "../report/width.ts";

export interface Reloadable {
  readonly name: string;
  /** Looks at the files, inside the component's container. */
  readonly check: readonly string[];
  /** Folder of the user's files, inside and in the box. */
  readonly custom: readonly [inside: string, inBox: string];
}

export interface Reloaded {
  readonly name: string;
  readonly outcome: "reloaded" | "refused" | "not running";
  /** What the component's own checker says, with the paths of the box. */
  readonly problems: readonly string[];
}

export async function reloadOne(box: Box, reloadable: Reloadable, isRunning: boolean): Promise<Reloaded> {
  const { name } = reloadable;
  if (!isRunning) return { name, outcome: "not running", problems: [] };
  const problems = await checkFiles(box, reloadable);
  if (problems !== undefined) return { name, outcome: "refused", problems };
  await composeOutput(box, compose.hangUp(name));
  return { name, outcome: "reloaded", problems: [] };
}

/** @returns What is wrong; undefined where the checker is content. */
export async function checkFiles(box: Box, reloadable: Reloadable): Promise<readonly string[] | undefined> {
  const { name, check } = reloadable;
  const { code, stdout, stderr } = await runCompose(box, compose.exec(name, check));
  return code === 0 ? undefined : problemsIn(`${stdout}\n${stderr}`, reloadable);
}

/** Lines of a checker that are no progress. */
const progress =
  /^(Checking(?!.*FAILED)|amtool: error: failed to validate|\s*SUCCESS|Found|\s*-|.*syntax is ok|.*test is successful)/;

export function problemsIn(output: string, { custom: [inside, inBox] }: Pick<Reloadable, "custom">): readonly string[] {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !progress.test(line));
  return lines.map((line) => oneLine(line.replaceAll(inside, inBox)));
}
