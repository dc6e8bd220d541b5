/** What the panels of Grafana's pages ask, with their variables filled in, and how much comes back. */
import { classicDashboard } from "../../../dashboards/src/classic/dashboard.ts";
import type { Page, Panel } from "../../../dashboards/src/model.ts";
import type { Answer } from "./data-sources.ts";
import { numbersIn, requestOf } from "./targets.ts";
import type { Target } from "./targets.ts";
import { fill, valuesOf } from "./variables.ts";
import type { Sources, Values, Variable } from "./variables.ts";

export interface Asked {
  readonly page: string;
  readonly panel: string;
  readonly refId: string;
  readonly emptyIsHealthy: boolean;
  readonly needs: string | undefined;
  /** Numbers, lines or traces that came back; undefined when the answer was an error. */
  readonly samples: number | undefined;
  readonly largest: number;
  readonly problem: string;
}

/** @param chosen - Values for variables that offer several, for instance the service. */
export async function askPage(page: Page, sources: Sources, chosen: Values): Promise<readonly Asked[]> {
  const { templating, panels } = written(page);
  const values = await valuesOf(templating.list, sources, chosen);
  // Both in the order of the page.
  const all = page.sections
    .flatMap((section) => section.panels)
    .flatMap((panel, index) => (panels[index]?.targets ?? []).map((target) => ({ panel, target })));
  const asked: Asked[] = [];
  for (const [type, source] of sources) {
    const own = all.filter(({ target }) => target.datasource.type === type);
    if (own.length === 0) continue;
    const answers = await source.ask(own.map(({ target }) => requestOf(fill(target, values), source)));
    asked.push(...own.map(({ panel, target }, index) => outcome(page, panel, target, answers[index])));
  }
  return asked;
}

/** @returns Variables that offer nothing to choose from. */
export async function emptyVariables(page: Page, sources: Sources, chosen: Values): Promise<readonly string[]> {
  const values = await valuesOf(written(page).templating.list, sources, chosen);
  return Object.entries(values).flatMap(([name, value]) => (value === "" ? [name] : []));
}

interface WrittenPanel {
  readonly type: string;
  readonly targets?: readonly Target[];
  readonly panels?: readonly WrittenPanel[];
}

interface Written {
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly WrittenPanel[];
}

/** The page as Grafana gets it, without its rows. */
function written(page: Page): Written {
  const model = classicDashboard(page, "en") as unknown as Written;
  const flat = model.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return { ...model, panels: flat.filter(({ type }) => type !== "row") };
}

function outcome(page: Page, panel: Panel, target: Target, answer: Answer | undefined): Asked {
  const numbers = answer?.status === 200 ? numbersIn(target, answer.body) : undefined;
  return {
    page: page.uid,
    panel: panel.title.en,
    refId: target.refId,
    emptyIsHealthy: panel.emptyIsHealthy === true,
    needs: typeof panel.needs === "object" ? panel.needs.en : panel.needs,
    samples: numbers?.length,
    largest: numbers === undefined || numbers.length === 0 ? 0 : Math.max(...numbers),
    problem: numbers === undefined ? `${answer?.status}: ${JSON.stringify(answer?.body).slice(0, 300)}` : "",
  };
}
