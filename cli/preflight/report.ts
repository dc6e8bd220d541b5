/** Checks a box before it is started, and says what it found. */
import type { Box } from "../box/box.ts";
import type { Input } from "../command.ts";
import { findingLines } from "../report/findings.ts";
import { print, teller } from "../report/output.ts";
import { marks, painter } from "../report/style.ts";
import { hasFailure, runChecks } from "./checks.ts";
import { gatherFacts } from "./facts.ts";

/** @returns Whether the box may be started. */
export async function checkBox(box: Box, input: Pick<Input, "isOn">): Promise<boolean> {
  const results = runChecks(await gatherFacts(box));
  const isFit = !hasFailure(results);
  if (!isFit && input.isOn("json")) print(input, { outcome: "refused", folder: box.folder, checks: results }, () => []);
  const tell = teller(input);
  const paint = painter(process.stderr);
  for (const line of findingLines(results, paint)) tell(line);
  const passed = results.filter(({ findings, isChecked }) => isChecked && findings.length === 0).length;
  tell(isFit ? `${paint(marks.good, "good")} ${passed} of ${results.length} checks passed` : "Nothing was started.");
  return isFit;
}
