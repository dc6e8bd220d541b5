/** The files that `npm run generate` writes: one for each page and language. */
import { classicDashboard } from "./classic/dashboard.ts";
import { uidOf } from "./classic/names.ts";
import { pages } from "./pages.ts";
import { languages } from "./text.ts";

export interface GeneratedFile {
  readonly file: string;
  readonly text: () => string;
}

/** One folder for each area, as in Grafana. */
export const grafanaFiles: readonly GeneratedFile[] = languages.flatMap((language) =>
  pages.map((page) => ({
    file: `dashboards/grafana/${language}/${page.area}/${uidOf(page.uid)}.json`,
    text: () => `${JSON.stringify(classicDashboard(page, language), null, 2)}\n`,
  })),
);
