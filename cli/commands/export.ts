/** `obsbox export`: dashboards and alerts as files for other tools. */
import { resolve } from "node:path";
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { writeExport } from "../export/folder.ts";
import { targets } from "../export/targets.ts";
import { languageOption, readDashboards } from "../import/dashboards.ts";
import { namingOptions, readNaming } from "../import/naming/naming.ts";
import { placesOption, readPlaces } from "../import/places.ts";
import { readTopics, topicsOption } from "../import/rules.ts";
import { jsonOption, print } from "../report/output.ts";

const targetNames = Object.keys(targets);

export const exportCommand: Command = {
  name: "export",
  about: "Writes dashboards and alerts for what you already run: Kubernetes, Terraform, a folder.",
  options: {
    target: { value: "TARGET", about: targetNames.map((name) => `${name}: ${targets[name]?.about}`).join("; ") },
    out: { value: "FOLDER", about: "Where to write", default: "obsbox-export" },
    language: languageOption,
    topics: topicsOption,
    namespace: { value: "NAME", about: "Namespace of objects of Kubernetes" },
    labels: {
      value: "NAME=VALUE",
      about: "Label of objects of Kubernetes, for instance release=prometheus",
      many: true,
    },
    ...namingOptions,
    at: placesOption,
    json: jsonOption,
  },
  async run(input) {
    const name = input.values["target"] ?? "";
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
    if (target === undefined) {
      const hint = `expected --target with one of ${targetNames.join(", ")}`;
      throw new UserError("--target is missing, or not known", { hint, exitCode: 2 });
    }
    const folder = resolve(input.values["out"] ?? "");
    const files = target.files(exportedBy(input), {
      namespace: input.values["namespace"],
      labels: labelsOf(input.all("labels")),
    });
    const { changed, removed } = writeExport(folder, files);
    print(input, { folder, files: files.map(({ path }) => path), changed, removed }, () => [
      `${folder}: ${files.length} files, ${changed.length} of them new or changed, ${removed.length} removed.`,
    ]);
    return 0;
  },
};

function exportedBy(input: Input) {
  const naming = readNaming({ map: input.all("map"), dialect: input.values["dialect"] });
  const places = readPlaces(input.all("at"));
  const topics = (input.values["topics"] ?? "").split(",").filter(Boolean);
  return {
    dashboards: readDashboards({ language: input.values["language"], only: [], naming, places }),
    topics: readTopics({ topics, only: [], naming, places }),
  };
}

const labelName = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$/;

function labelsOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((one) => {
      const [name = "", value = ""] = one.split(/=(.*)/s);
      if (one.includes("=") && labelName.test(name) && labelValue.test(value)) return [name, value];
      throw new UserError(`--labels ${one}`, {
        hint: "expected a label as Kubernetes has them: NAME=VALUE",
        exitCode: 2,
      });
    }),
  );
}
