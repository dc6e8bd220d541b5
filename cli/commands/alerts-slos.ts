/** `obsbox alerts slos`: what is promised of the services, and the rules that watch it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { burns, thresholdOf } from "../../alerts/src/slo-alerts.ts";
import { readSlos } from "../../alerts/src/slo.ts";
import type { Slo } from "../../alerts/src/slo.ts";
import { ownSloRules, readOwnSlos, sloRulesFile, slosFile } from "../alerts/slos.ts";
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import { sharedFile, writeIfChanged } from "../box/write.ts";
import type { Command } from "../command.ts";
import { askServices } from "../doctor/services.ts";
import { packageRoot } from "../paths.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";

export const slos: Command = {
  name: "alerts slos",
  about: `Checks ${slosFile}, makes its rules, and lists the objectives.`,
  options: { dir: dirOption, json: jsonOption },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const services = await askServices(box);
    const own = readOwnSlos(box, services);
    const changed = writeRules(box);
    const objectives = own ?? defaultSlos();
    print(input, { own: own !== undefined, servicesChecked: services !== undefined, changed, objectives }, () =>
      tableOf(objectives),
    );
    for (const line of newsOf({ own, services, changed })) teller(input)(line);
    return 0;
  },
};

interface News {
  readonly own: readonly Slo[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly changed: boolean;
}

function newsOf({ own, services, changed }: News): readonly string[] {
  const unchecked = "Prometheus does not answer, so the names of services were not checked.";
  return [
    ...(own === undefined ? [`These are the box's own; write others into ${slosFile}.`] : []),
    ...(own !== undefined && services === undefined ? [unchecked] : []),
    ...(changed ? ["The rules are written; Prometheus reads them with: obsbox reload"] : []),
  ];
}

/** @returns Whether the rules had to be written. */
function writeRules(box: Box): boolean {
  const text = ownSloRules(box) ?? packageText("slo.rules.yml");
  return writeIfChanged(join(box.folder, sloRulesFile), text, sharedFile);
}

function defaultSlos(): readonly Slo[] {
  return readSlos(packageText("slos.yml")).slos;
}

function packageText(file: string): string {
  return readFileSync(join(packageRoot, "alerts", file), "utf8");
}

function tableOf(objectives: readonly Slo[]): readonly string[] {
  return renderTable(
    [
      { title: "OBJECTIVE" },
      { title: "SERVICE" },
      { title: "GOOD", align: "right" },
      { title: "IS", gives: true },
      { title: "ALERTS ABOVE" },
    ],
    objectives.map((slo) => [slo.name, servicesOf(slo), `${slo.objective} %`, goodOf(slo), burnsOf(slo)]),
    { width: widthOf(process.stdout), paint: painter(process.stdout) },
  );
}

function servicesOf({ service, without }: Slo): string {
  return service ?? ["all", ...without].join(", but ");
}

function goodOf({ sli, thresholdSeconds = 0 }: Slo): string {
  return sli === "errors" ? "answered without 5xx" : `answered within ${thresholdSeconds} s`;
}

function burnsOf(slo: Slo): string {
  return burns
    .filter((burn) => thresholdOf(slo, burn) < 1)
    .map((burn) => `${Number((100 * thresholdOf(slo, burn)).toFixed(6))} % in ${burn.long}`)
    .join(", ");
}
