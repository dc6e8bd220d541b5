/**
 * Writes a page as Grafana's classic dashboard JSON, which loads in every Grafana from 11 on (9 for most of it) by file,
 * API, Terraform and the import screen: data sources are variables, nothing has to be asked.
 */
import type { Annotation, Json, Page } from "../model.ts";
import type { Language } from "../text.ts";
import { inLanguage } from "./language.ts";
import { layOut } from "./layout.ts";
import { menus, topLink } from "./links.ts";
import { titleOf, uidOf } from "./names.ts";
import { reference } from "./targets.ts";
import { variable } from "./variables.ts";

const schemaVersion = 39;

/** @returns Grafana's model of the page, in one language. */
export function classicDashboard(page: Page, language: Language): Json {
  const model = {
    id: null,
    uid: uidOf(page.uid),
    title: { en: titleOf(page, "en"), zh: titleOf(page, "zh") },
    description: page.description,
    tags: ["obsbox", page.area],
    schemaVersion,
    editable: false,
    graphTooltip: 1,
    timezone: "browser",
    time: { from: "now-1h", to: "now" },
    refresh: page.refreshSeconds === 0 ? "" : `${page.refreshSeconds ?? 30}s`,
    timepicker: {},
    weekStart: "",
    links: [...menus(page), ...(page.links ?? []).map((link) => topLink(link, page))],
    templating: { list: page.variables.map(variable) },
    annotations: { list: (page.annotations ?? []).map(annotation) },
    panels: layOut(page),
  };
  return inLanguage(model, language);
}

function annotation({ name, expr, title, text, color, valueIsTime = false }: Annotation): Json {
  return {
    name,
    datasource: reference("prometheus"),
    enable: true,
    hide: false,
    iconColor: color,
    expr,
    step: "30s",
    titleFormat: title,
    textFormat: text,
    tagKeys: "",
    useValueForTime: valueIsTime ? "on" : false,
  };
}
