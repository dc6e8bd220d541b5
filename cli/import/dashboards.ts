/** The dashboards of the package, as they are to stand in somebody else's Grafana. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Option } from "../command.ts";
import { UserError } from "../errors.ts";
import { packageRoot } from "../paths.ts";
import { listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";
import { renameDashboard } from "./naming/dashboard.ts";
import type { Model } from "./naming/dashboard.ts";
import type { Naming } from "./naming/naming.ts";
import { placeDashboard } from "./places.ts";
import type { Places } from "./places.ts";

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  /** Folder that it is in, for instance `services`; the same in every language. */
  readonly area: string;
  /** Name of the area as people read it. */
  readonly areaTitle: string;
  readonly model: Model;
}

const languages = ["en", "zh"] as const;

export const languageOption: Option = { value: "LANGUAGE", about: languages.join(" or "), default: "en" };

export interface DashboardChoice {
  readonly language: string | undefined;
  /** Uids; all where there are none. */
  readonly only: readonly string[];
  readonly naming: Naming;
  readonly places: Places;
}

/** Where the dashboards are in the package. */
export const dashboardsFolder = join(packageRoot, "dashboards/grafana");

/** @throws UserError for a language or a uid that is not there. */
export function readDashboards(choice: DashboardChoice, folder = dashboardsFolder): readonly Dashboard[] {
  const language = languages.find((known) => known === choice.language);
  if (language === undefined) throw unknown("--language", choice.language ?? "", languages);
  const all = readAreas(join(folder, language));
  const uids = all.map(({ uid }) => uid);
  const missing = choice.only.find((uid) => !uids.includes(uid));
  if (missing !== undefined) throw unknown("--only", missing, uids);
  const chosen = choice.only.length === 0 ? all : all.filter(({ uid }) => choice.only.includes(uid));
  return chosen.map((one) => ({
    ...one,
    model: placeDashboard(renameDashboard(one.model, choice.naming), choice.places),
  }));
}

/** Types of the data sources that a dashboard asks, by its variables. */
export function sourceTypes({ model }: Pick<Dashboard, "model">): readonly string[] {
  const variables = listAt(model, "templating", "list").filter((one) => textAt(one, "type") === "datasource");
  return variables.map((one) => textAt(one, "query") ?? "").filter((type) => type !== "");
}

/** Its panels, also those in rows that are closed, without the rows. */
export function panelsOf(model: unknown): readonly unknown[] {
  return listAt(model, "panels").flatMap((panel) =>
    textAt(panel, "type") === "row" ? listAt(panel, "panels") : [panel],
  );
}

function readAreas(folder: string): readonly Dashboard[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
    .flatMap((area) =>
      readdirSync(join(folder, area))
        .filter((file) => file.endsWith(".json"))
        .toSorted()
        .map((file) => readDashboard(area, join(folder, area, file))),
    );
}

function readDashboard(area: string, path: string): Dashboard {
  const model: Model = JSON.parse(readFileSync(path, "utf8"));
  const title = textAt(model, "title") ?? "";
  // obsbox / Services / All services
  return { uid: textAt(model, "uid") ?? "", title, area, areaTitle: title.split(" / ")[1] ?? area, model };
}

function unknown(option: string, given: string, expected: readonly string[]): UserError {
  const hint = `expected one of ${expected.join(", ")}`;
  return new UserError(`${option}: there is no ${JSON.stringify(given)}`, { hint, exitCode: 2 });
}
