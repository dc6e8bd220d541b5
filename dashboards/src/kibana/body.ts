/** Writes a page as the body of `PUT /api/dashboards/{id}`. */
import type { Language, Text } from "../text.ts";
import type { JsonObject } from "./json.ts";
import { jsonOf } from "./json.ts";
import { aboutPanel } from "./about.ts";
import type { Places } from "./about.ts";
import { marked } from "./marker.ts";
import type { Control, Page, Panel } from "./page.ts";
import { logsView } from "./panels.ts";
import { renameBody } from "./rename.ts";
import type { NameOf } from "./rename.ts";

/** Columns of Kibana's grid. */
export const columns = 48;

/** Where a dashboard is to stand. */
export interface Surroundings {
  readonly places: Places;
  readonly nameOf: NameOf;
}

/** One address serves all, and the lines are those of the box. */
const inBox: Surroundings = { places: { kibana: "/kibana", grafana: "/grafana" }, nameOf: (field) => field };

/**
 * The body of a dashboard, marked as the box's own.
 *
 * @example
 * await kibana.request("PUT", `/api/dashboards/${idOf(page)}`, bodyOf(page, "en"));
 */
export function bodyOf(page: Page, language: Language, { places, nameOf }: Surroundings = inBox): JsonObject {
  const panels = layOut([aboutPanel(page, places), ...page.panels]);
  const body = {
    title: { en: `obsbox: ${page.title.en}`, zh: `obsbox：${page.title.zh}` },
    description: page.about,
    time_range: { from: "now-1h", to: "now" },
    refresh_interval: { pause: true, value: 60_000 },
    query: { expression: "", language: "kql" },
    options: {
      auto_apply_filters: true,
      hide_panel_titles: false,
      hide_panel_borders: false,
      use_margins: true,
      sync_colors: true,
      sync_cursor: true,
      sync_tooltips: false,
    },
    pinned_panels: (page.controls ?? []).map(controlOf),
    panels,
  };
  return marked(renameBody(objectIn(body, language), nameOf), language);
}

/** From left to right, in rows as high as their highest panel. */
function layOut(panels: readonly Panel[]) {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map(({ width, height, type, config }, index) => {
    if (x + width > columns) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const grid = { x, y, w: width, h: height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return { id: `panel-${index}`, type, grid, config };
  });
}

function controlOf({ title, field, isSingle }: Control, index: number) {
  const config = { title, data_view_id: logsView, field_name: field, single_select: isSingle === true };
  return { id: `control-${index}`, type: "options_list_control", width: "medium", grow: true, config } as const;
}

function objectIn(value: object, language: Language): JsonObject {
  const entries = Object.entries(value).map(
    ([key, one]) => [key, jsonOf(one, (object) => textIn(object, language))] as const,
  );
  return Object.fromEntries(entries.map(([key, one]) => [key, one]));
}

function textIn(value: object, language: Language): string | undefined {
  return isText(value) ? value[language] : undefined;
}

function isText(value: object): value is Text {
  return "en" in value && "zh" in value && typeof value.en === "string" && typeof value.zh === "string";
}
