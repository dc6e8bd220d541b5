/** `obsbox doctor`: everything that can be checked, each finding with a remedy. */
import { dirOption, findBox } from "../box/find.ts";
import type { Command, Input } from "../command.ts";
import { examinationLines, examine } from "../doctor/elsewhere/report.ts";
import { checkRunning } from "../doctor/running.ts";
import { readDashboards } from "../import/dashboards.ts";
import { namingOptions, readNaming } from "../import/naming/naming.ts";
import { readTopics } from "../import/rules.ts";
import { hasFailure, runChecks } from "../preflight/checks.ts";
import type { Result } from "../preflight/checks.ts";
import { gatherFacts } from "../preflight/facts.ts";
import { checkLines } from "../report/findings.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { accessOptions, clearTextWarning, readServer } from "../remote/server.ts";
import { marks, painter, widthOf } from "../report/style.ts";

export const doctor: Command = {
  name: "doctor",
  about: "Checks the machine, the box and what runs of it; says what to do about each finding.",
  options: {
    dir: dirOption,
    prometheus: {
      value: "URL",
      about: "Instead: which dashboards and alerts have no data in this Prometheus, and why",
    },
    ...accessOptions("Prometheus"),
    tenant: { value: "ID", about: "Tenant of Mimir" },
    ...namingOptions,
    json: jsonOption,
  },
  async run(input) {
    if (input.values["prometheus"] !== undefined) return examineOther(input, input.values["prometheus"]);
    const facts = await gatherFacts(findBox(input.values["dir"]));
    const results = [...runChecks(facts), ...(await checkRunning(facts))];
    const isWell = !hasFailure(results);
    print(input, { healthy: isWell, checks: results }, () => linesOf(results));
    return isWell ? 0 : 1;
  },
};

async function examineOther(input: Input, address: string): Promise<number> {
  const server = readServer("Prometheus", address, input.values, process.env);
  const warning = clearTextWarning(server);
  if (warning !== undefined) teller(input)(warning);
  const naming = readNaming({ map: input.all("map"), dialect: input.values["dialect"] });
  const choice = { language: "en", only: [], topics: [], naming, places: new Map<string, string>() };
  const found = await examine(server, readDashboards(choice), readTopics(choice));
  print(input, found, () => examinationLines(found, painter(process.stdout), widthOf(process.stdout)));
  return 0;
}

function linesOf(results: readonly Result[]): readonly string[] {
  const paint = painter(process.stdout);
  const count = results.reduce((sum, { findings }) => sum + findings.length, 0);
  const mark = count === 0 ? paint(marks.good, "good") : paint(marks.warning, "busy");
  const sum = count === 0 ? "nothing to mend" : `${count} ${count === 1 ? "finding" : "findings"}`;
  const unchecked = results.filter(({ isChecked }) => !isChecked).length;
  const rest = unchecked === 0 ? "" : `, ${unchecked} not checked`;
  return [...checkLines(results, paint), "", `${mark} ${results.length - unchecked} checks, ${sum}${rest}`];
}
