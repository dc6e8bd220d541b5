/** The panel at the top of every page: what it answers, and where to go from there. */
import type { Text } from "../text.ts";
import { idOf } from "./page.ts";
import type { Page, Panel } from "./page.ts";
import { neighbours } from "./neighbours.ts";

/** Where the other pages are, as paths or whole addresses. Kibana shows no links but those. */
export interface Places {
  readonly kibana: string;
  /** Absent where there is no Grafana with the pages of the box. */
  readonly grafana: string | undefined;
}

export function aboutPanel(page: Page, places: Places): Panel {
  return {
    type: "markdown",
    width: 48,
    height: 5,
    config: {
      title: { en: "About this page", zh: "关于本页" },
      description: {
        en: "What this page answers, and links to pages on the same matter",
        zh: "本页的用途与相关页面的链接",
      },
      content: contentOf(page, places),
      settings: { open_links_in_new_tab: false },
    },
  };
}

function contentOf(page: Page, { kibana, grafana }: Places): Text {
  const toGrafana =
    grafana === undefined ? [] : page.counterparts.map(({ uid, title }) => link(title, `${grafana}/d/obsbox-${uid}`));
  const toKibana = neighbours
    .filter(({ name }) => name !== page.name)
    .map(({ name, title }) => link(title, `${kibana}/app/dashboards#/view/${idOf({ name })}`));
  return paragraphs([page.about], list("Grafana", toGrafana), list("Kibana", toKibana));
}

function link(title: Text, address: string): Text {
  return { en: `[${title.en}](${address})`, zh: `[${title.zh}](${address})` };
}

function list(name: string, links: readonly Text[]): readonly Text[] {
  if (links.length === 0) return [];
  const joined = (language: keyof Text) => `**${name}:** ${links.map((one) => one[language]).join(" · ")}`;
  return [{ en: joined("en"), zh: joined("zh") }];
}

function paragraphs(...texts: readonly (readonly Text[])[]): Text {
  const joined = (language: keyof Text) =>
    texts
      .flat()
      .map((text) => text[language])
      .join("\n\n");
  return { en: joined("en"), zh: joined("zh") };
}
