/** `obsbox import`: dashboards and alerts into what a team already runs. */
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { languageOption, readDashboards } from "../import/dashboards.ts";
import { importDashboards } from "../import/grafana/import.ts";
import { namingOptions, readNaming } from "../import/naming/naming.ts";
import { hasFailed, reportLines } from "../import/outcome.ts";
import type { Report } from "../import/outcome.ts";
import { readTopics, topicsOption } from "../import/rules.ts";
import { importRules } from "../import/rules/import.ts";
import { placesOption, readPlaces } from "../import/places.ts";
import { interruptible } from "../interrupt.ts";
import { accessOptions, clearTextWarning, readServer } from "../remote/server.ts";
import type { Server } from "../remote/server.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { painter } from "../report/style.ts";

const runOptions = {
  "dry-run": { about: "Says what it would do, and writes nothing" },
  diff: { about: "Shows what changes in each object" },
  overwrite: { about: "Replaces also what somebody has changed there" },
  prune: { about: "Removes what an earlier import made and this one would not make" },
  json: jsonOption,
} as const;

const nothingStays = "nothing was left half-written; run it again";

const dashboards: Command = {
  name: "import dashboards",
  about: "Brings the dashboards into a Grafana that you already have.",
  options: {
    to: { value: "URL", about: "Address of Grafana" },
    ...accessOptions("Grafana"),
    folder: { value: "NAME", about: "Title or uid of one folder for all; else one folder for each area" },
    language: languageOption,
    only: { value: "UID", about: "A dashboard, by its uid; else all", many: true },
    ...namingOptions,
    at: placesOption,
    ...runOptions,
    "skip-refused": { about: "Writes what can be written; else one refusal keeps everything from being written" },
    "allow-old": { about: "Tries it on a Grafana that is older than what obsbox supports" },
  },
  async run(input) {
    const server = serverOf("Grafana", input);
    const chosen = readDashboards({
      language: input.values["language"],
      only: input.all("only"),
      naming: readNaming({ map: input.all("map"), dialect: input.values["dialect"] }),
      places: readPlaces(input.all("at")),
    });
    const choice = {
      folder: input.values["folder"],
      allowOld: input.isOn("allow-old"),
      skipRefused: input.isOn("skip-refused"),
      ...runChoice(input),
    };
    return tell(input, await interruptible(nothingStays, (signal) => importDashboards(server, chosen, choice, signal)));
  },
};

const alerts: Command = {
  name: "import alerts",
  about: "Brings the alerts into a Prometheus or a Mimir that you already have.",
  options: {
    to: { value: "URL", about: "Address of Prometheus, or of Mimir with its path /prometheus" },
    ...accessOptions("Prometheus"),
    tenant: { value: "ID", about: "Tenant of Mimir" },
    "rules-dir": { value: "FOLDER", about: "Folder that rule_files of Prometheus reads, as this machine sees it" },
    topics: topicsOption,
    only: { value: "ALERT", about: "An alert, by its name; else all", many: true },
    ...namingOptions,
    at: placesOption,
    ...runOptions,
  },
  async run(input) {
    const server = serverOf("Prometheus", input);
    const chosen = readTopics({
      topics: namesOf(input.values["topics"]),
      only: input.all("only"),
      naming: readNaming({ map: input.all("map"), dialect: input.values["dialect"] }),
      places: readPlaces(input.all("at")),
    });
    const choice = { rulesDir: input.values["rules-dir"], ...runChoice(input) };
    return tell(input, await interruptible(nothingStays, (signal) => importRules(server, chosen, choice, signal)));
  },
};

/** Names with commas between them. */
function namesOf(given: string | undefined): readonly string[] {
  return (given ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

function serverOf(product: Server["product"], input: Input): Server {
  const to = input.values["to"];
  if (to === undefined) {
    const hint = `give the address of your ${product}: --to https://...`;
    throw new UserError("--to is missing", { hint, exitCode: 2 });
  }
  const server = readServer(product, to, input.values, process.env);
  const warning = clearTextWarning(server);
  if (warning !== undefined) teller(input)(warning);
  return server;
}

function runChoice(input: Input) {
  if (input.isOn("prune") && input.all("only").length > 0) {
    const hint = "leave out one of them: --prune would remove all but the few";
    throw new UserError("--prune and --only do not go together", { hint, exitCode: 2 });
  }
  return {
    overwrite: input.isOn("overwrite"),
    prune: input.isOn("prune"),
    isDryRun: input.isOn("dry-run"),
    withChanges: input.isOn("diff"),
  };
}

function tell(input: Input, report: Report): number {
  print(input, report, () => reportLines(report, painter(process.stdout)));
  return hasFailed(report) ? 1 : 0;
}

export const imports: readonly Command[] = [dashboards, alerts];
