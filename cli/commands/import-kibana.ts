/** `obsbox import kibana`: dashboards into a Kibana that a team already runs. */
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { spacePath } from "../import/kibana/api.ts";
import { importIntoKibana } from "../import/kibana/import.ts";
import { objectsFor } from "../import/kibana/objects.ts";
import { hasFailed, reportLines } from "../import/outcome.ts";
import { placesOption, readPlaces } from "../import/places.ts";
import { interruptible } from "../interrupt.ts";
import { accessOptions, clearTextWarning, readServer } from "../remote/server.ts";
import type { Server } from "../remote/server.ts";
import { jsonOption, print, teller } from "../report/output.ts";
import { painter } from "../report/style.ts";

const nothingStays = "nothing was left half-written; run it again";

export const importKibana: Command = {
  name: "import kibana",
  about: "Brings the dashboards for logs into a Kibana that you already have.",
  options: {
    to: { value: "URL", about: "Address of Kibana" },
    ...accessOptions("Kibana"),
    space: { value: "ID", about: "Space that they go into", default: "default" },
    index: { value: "PATTERN", about: "Indices with the log lines", default: "logs-*-*" },
    field: { value: "OURS=THEIRS", about: "Field that has another name there", many: true },
    language: { value: "LANGUAGE", about: "en or zh", default: "en" },
    at: placesOption,
    "dry-run": { about: "Says what it would do, and writes nothing" },
    json: jsonOption,
  },
  async run(input) {
    const server = serverOf(input);
    const space = spaceOf(input);
    const objects = objectsFor({
      language: input.values["language"],
      index: input.values["index"] ?? "",
      fields: input.all("field"),
      places: readPlaces(input.all("at")),
      kibanaPath: `${new URL(server.url).pathname.replace(/\/$/, "")}${spacePath(space)}`,
    });
    const choice = { space, isDryRun: input.isOn("dry-run") };
    const report = await interruptible(nothingStays, (signal) => importIntoKibana(server, objects, choice, signal));
    print(input, report, () => reportLines(report, painter(process.stdout)));
    return hasFailed(report) ? 1 : 0;
  },
};

function serverOf(input: Input): Server {
  const to = input.values["to"];
  if (to === undefined) {
    throw new UserError("--to is missing", { hint: "give the address of your Kibana: --to https://...", exitCode: 2 });
  }
  const server = readServer("Kibana", to, input.values, process.env);
  const warning = clearTextWarning(server);
  if (warning !== undefined) teller(input)(warning);
  return server;
}

function spaceOf(input: Input): string {
  const space = input.values["space"] ?? "";
  if (/^[a-z0-9_-]+$/.test(space)) return space;
  throw new UserError(`--space: ${JSON.stringify(space)} is no id of a space`, {
    hint: "expected the id, as it stands in the address behind /s/",
    exitCode: 2,
  });
}
