/** `obsbox status`: the truth about each component. */
import { alertFindings } from "../alerts/findings.ts";
import { originOf } from "../box/box.ts";
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { isReady } from "../docker/containers.ts";
import type { Memory } from "../docker/stats.ts";
import { findingLines } from "../report/findings.ts";
import { jsonOption, print } from "../report/output.ts";
import { marks, painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { age, mebibytes } from "../report/units.ts";
import { phaseStyles } from "../start/view.ts";
import { readStatus } from "../status/read.ts";
import type { ComponentStatus } from "../status/read.ts";

export const status: Command = {
  name: "status",
  about: "Shows each component: state, health, restarts, memory, last failure. Exit code 0 when all are well.",
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const components = await readStatus(box);
    const isHealthy = components.every(({ phase }) => phase !== "absent" && isReady(phase));
    const findings = alertFindings(box);
    print(input, { folder: box.folder, url: originOf(box), healthy: isHealthy, components, findings }, () => [
      ...statusLines(box, components),
      ...findingLines([{ name: "alerts", findings, isChecked: true }], painter(process.stdout)),
    ]);
    return isHealthy ? 0 : 1;
  },
};

function statusLines(box: Box, components: readonly ComponentStatus[], now = Date.now()): readonly string[] {
  const paint = painter(process.stdout);
  const ready = components.filter(({ phase }) => phase !== "absent" && isReady(phase)).length;
  const isHealthy = ready === components.length;
  const table = renderTable(
    [
      { title: "COMPONENT" },
      { title: "STATE" },
      { title: "SINCE", align: "right" },
      { title: "RESTARTS", align: "right" },
      { title: "MEMORY", align: "right" },
      { title: "LAST FAILURE", gives: true },
    ],
    components.map(({ name, phase, since, restarts, memory, problem }) => [
      name,
      { text: phase, style: phase === "absent" ? "quiet" : phaseStyles[phase] },
      { text: since === undefined ? "" : age(now - Date.parse(since)), style: "quiet" },
      restarts === 0 ? "" : { text: String(restarts), style: "busy" },
      memory === undefined ? "" : { text: memoryText(memory), style: isNearLimit(memory) ? "busy" : "quiet" },
      { text: problem ?? "", style: "bad" },
    ]),
    { width: widthOf(process.stdout), paint, indent: 2 },
  );
  const mark = isHealthy ? paint(marks.good, "good") : paint(marks.bad, "bad");
  const isDown = components.every(({ phase }) => phase === "absent");
  if (isDown) return [`The box in ${box.folder} is not running. Start it: obsbox up`];
  return [...table, "", `${mark} ${ready} of ${components.length} ready  ${paint(originOf(box), "strong")}`];
}

const nearLimit = 0.9;

function isNearLimit({ usedBytes, limitBytes }: Memory): boolean {
  return limitBytes > 0 && usedBytes / limitBytes > nearLimit;
}

function memoryText({ usedBytes, limitBytes }: Memory): string {
  return `${mebibytes(usedBytes)} / ${mebibytes(limitBytes)} MiB`;
}
