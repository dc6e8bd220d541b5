/** `obsbox reload`: takes in changed files without a restart. What is broken is refused, and what runs goes on. */
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { compose } from "../docker/arguments.ts";
import { composeOutput, runCompose } from "../docker/compose.ts";
import { listContainers } from "../docker/containers.ts";
import { jsonOption, print } from "../report/output.ts";
import { marks, painter } from "../report/style.ts";
import { oneLine } from "../report/width.ts";

interface Reloadable {
  readonly name: string;
  /** Looks at the files, inside the component's container. */
  readonly check: readonly string[];
  /** Folder of the user's files, inside and in the box. */
  readonly custom: readonly [inside: string, inBox: string];
}

const reloadables: readonly Reloadable[] = [
  {
    name: "prometheus",
    check: ["promtool", "check", "config", "/etc/prometheus/prometheus.yml"],
    custom: ["/etc/obsbox/", "custom/prometheus/"],
  },
  {
    name: "alertmanager",
    check: ["amtool", "check-config", "/etc/alertmanager/alertmanager.yml"],
    custom: ["/etc/obsbox/", "custom/alertmanager/"],
  },
  { name: "nginx", check: ["nginx", "-t"], custom: ["/etc/nginx/custom/", "custom/nginx/"] },
];

interface Reloaded {
  readonly name: string;
  readonly outcome: "reloaded" | "refused" | "not running";
  /** What the component's own checker says, with the paths of the box. */
  readonly problems: readonly string[];
}

export const reload: Command = {
  name: "reload",
  about: "Checks changed files and has Prometheus, Alertmanager and Nginx read them. Broken ones change nothing.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const running = new Set(
      (await listContainers(box)).filter(({ state }) => state === "running").map(({ service }) => service),
    );
    const results = await Promise.all(reloadables.map((one) => reloadOne(box, one, running.has(one.name))));
    print(input, results, () => results.flatMap(linesOf));
    return results.every(({ outcome }) => outcome === "reloaded") ? 0 : 1;
  },
};

async function reloadOne(box: Box, reloadable: Reloadable, isRunning: boolean): Promise<Reloaded> {
  const { name, check } = reloadable;
  if (!isRunning) return { name, outcome: "not running", problems: [] };
  const { code, stdout, stderr } = await runCompose(box, compose.exec(name, check));
  if (code !== 0) return { name, outcome: "refused", problems: problemsIn(`${stdout}\n${stderr}`, reloadable) };
  await composeOutput(box, compose.hangUp(name));
  return { name, outcome: "reloaded", problems: [] };
}

/** Lines of a checker that are no progress. */
const progress = /^(Checking|\s*SUCCESS|Found|\s*-|.*syntax is ok|.*test is successful)/;

export function problemsIn(output: string, { custom: [inside, inBox] }: Pick<Reloadable, "custom">): readonly string[] {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !progress.test(line));
  return lines.map((line) => oneLine(line.replaceAll(inside, inBox)));
}

function linesOf({ name, outcome, problems }: Reloaded): readonly string[] {
  const paint = painter(process.stdout);
  const isDone = outcome === "reloaded";
  const what = outcome === "refused" ? `${name} goes on with what it had: its files are refused` : `${name} ${outcome}`;
  return [
    `${isDone ? paint(marks.good, "good") : paint(marks.bad, "bad")} ${what}`,
    ...problems.map((line) => `    ${line}`),
  ];
}
