/** `obsbox doctor`: everything that can be checked, each finding with a remedy. */
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { checkRunning } from "../doctor/running.ts";
import { hasFailure, runChecks } from "../preflight/checks.ts";
import type { Result } from "../preflight/checks.ts";
import { gatherFacts } from "../preflight/facts.ts";
import { checkLines } from "../report/findings.ts";
import { jsonOption, print } from "../report/output.ts";
import { marks, painter } from "../report/style.ts";

export const doctor: Command = {
  name: "doctor",
  about: "Checks the machine, the box and what runs of it; says what to do about each finding.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const facts = await gatherFacts(findBox(input.values["dir"]));
    const results = [...runChecks(facts), ...(await checkRunning(facts))];
    const isWell = !hasFailure(results);
    print(input, { healthy: isWell, checks: results }, () => linesOf(results));
    return isWell ? 0 : 1;
  },
};

function linesOf(results: readonly Result[]): readonly string[] {
  const paint = painter(process.stdout);
  const count = results.reduce((sum, { findings }) => sum + findings.length, 0);
  const mark = count === 0 ? paint(marks.good, "good") : paint(marks.warning, "busy");
  const sum = count === 0 ? "nothing to mend" : `${count} ${count === 1 ? "finding" : "findings"}`;
  const unchecked = results.filter(({ isChecked }) => !isChecked).length;
  const rest = unchecked === 0 ? "" : `, ${unchecked} not checked`;
  return [...checkLines(results, paint), "", `${mark} ${results.length - unchecked} checks, ${sum}${rest}`];
}
