/** `obsbox reload`: takes in changed files without a restart. What is broken is refused, and what runs goes on. */
import { reloadAlertmanager } from "../alerts/apply.ts";
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { runningServices } from "../docker/containers.ts";
import { jsonOption, print } from "../report/output.ts";
import { marks, painter } from "../report/style.ts";
import { reloadOne } from "../start/reload.ts";
import type { Reloadable, Reloaded } from "../start/reload.ts";

const prometheus: Reloadable = {
  name: "prometheus",
  check: ["promtool", "check", "config", "/etc/prometheus/prometheus.yml"],
  custom: ["/etc/obsbox/", "custom/prometheus/"],
};

const nginx: Reloadable = { name: "nginx", check: ["nginx", "-t"], custom: ["/etc/nginx/custom/", "custom/nginx/"] };

export const reload: Command = {
  name: "reload",
  about: "Checks changed files and has Prometheus, Alertmanager and Nginx read them. Broken ones change nothing.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const results = await reloadAll(box, await runningServices(box));
    print(input, results, () => results.flatMap(linesOf));
    return results.every(({ outcome }) => outcome === "reloaded") ? 0 : 1;
  },
};

function reloadAll(box: Box, running: ReadonlySet<string>): Promise<readonly Reloaded[]> {
  return Promise.all([
    reloadOne(box, prometheus, running.has("prometheus")),
    reloadAlertmanager(box, running.has("alertmanager")),
    reloadOne(box, nginx, running.has("nginx")),
  ]);
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
