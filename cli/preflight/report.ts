/** Checks a box before it is started, and says what it found. */
import type { Box } from "../box/box.ts";
import type { Input } from "../command.ts";
import { findingLines } from "../report/findings.ts";
import { print, say, teller } from "../report/output.ts";
import { painter } from "../report/style.ts";
import { hasFailure, runChecks } from "./checks.ts";
import { gatherFacts } from "./facts.ts";

/** @returns Whether the box may be started. */
export async function checkBox(box: Box, input: Pick<Input, "isOn">): Promise<boolean> {
  const results = runChecks(await gatherFacts(box));
  const isFit = !hasFailure(results);
  const lines = findingLines(results, painter(process.stderr));
  if (!isFit && input.isOn("json")) print(input, { outcome: "refused", folder: box.folder, checks: results }, () => []);
  else lines.forEach((line) => teller(input)(line));
  if (!isFit && !input.isOn("json")) say("Nothing was started.");
  return isFit;
}
