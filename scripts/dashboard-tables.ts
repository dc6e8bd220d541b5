/** Tables of docs/dashboards.md that come from the pages of Grafana and Kibana. */
import { areaNames, uidOf } from "../dashboards/src/classic/names.ts";
import { pages as kibanaPages } from "../dashboards/src/kibana/dashboards.ts";
import { idOf } from "../dashboards/src/kibana/page.ts";
import { pages as grafanaPages } from "../dashboards/src/pages.ts";
import type { Text } from "../dashboards/src/text.ts";
import { markdownTable } from "./markdown-table.ts";

interface Needing {
  /** A text of Kibana has none. */
  readonly title?: Text;
  readonly needs?: string | Text;
}

/** Each page of Grafana, with what some of its panels wait for. */
export function panelsTable(): string {
  return markdownTable(
    ["Page", "uid", "Question", "Panels", "Needs"],
    grafanaPages.map(({ area, name, uid, description, sections }) => {
      const panels = sections.flatMap((section) => section.panels);
      const page = `${areaNames[area].en} / ${name.en}`;
      return [page, `\`${uidOf(uid)}\``, questionOf(description), String(panels.length), needsOf(panels)];
    }),
  );
}

/** The same of Kibana. */
export function kibanaTable(): string {
  return markdownTable(
    ["Dashboard", "id", "Question", "Panels", "Needs"],
    kibanaPages.map((page) => {
      const { title, about, panels } = page;
      return [title.en, `\`${idOf(page)}\``, questionOf(about), String(panels.length), needsOf(panels)];
    }),
  );
}

/** A description begins with the question; who asks it, and how to read the page, comes behind. */
function questionOf({ en }: Text): string {
  return cell(/^.*?[.?!](?= |$)/.exec(en)?.[0] ?? en);
}

/** Panels by what they wait for: `cAdvisor: Memory, CPU`, or `cAdvisor: all but Alerts` where that is shorter. */
function needsOf(panels: readonly Needing[]): string {
  const waiting = Map.groupBy(
    panels.filter(({ needs }) => needs !== undefined),
    ({ needs }) => (typeof needs === "object" ? needs.en : needs),
  );
  return [...waiting].map(([needs, some]) => cell(`${needs}: ${these(some, panels)}`)).join("; ");
}

function these(some: readonly Needing[], all: readonly Needing[]): string {
  const others = all.filter((panel) => !some.includes(panel));
  if (others.length === 0) return "all";
  return others.length < some.length ? `all but ${titlesOf(others)}` : titlesOf(some);
}

function titlesOf(panels: readonly Needing[]): string {
  return panels.flatMap(({ title }) => title?.en ?? []).join(", ");
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
