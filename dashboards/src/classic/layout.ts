import type { Json, Page, Panel, Section } from "../model.ts";
import { panel } from "./panel.ts";

const columns = 24;

/** Panels from left to right, as wide as they are; the next line begins below the highest of this one. */
export function layOut(page: Page): readonly Json[] {
  const flow = { x: 0, y: 0, lineHeight: 0, id: 0 };
  const nextLine = () => Object.assign(flow, { x: 0, y: flow.y + flow.lineHeight, lineHeight: 0 });
  const put = (one: Panel): Json => {
    if (flow.x + one.width > columns) nextLine();
    const gridPos = { h: one.height, w: one.width, x: flow.x, y: flow.y };
    Object.assign(flow, { x: flow.x + one.width, lineHeight: Math.max(flow.lineHeight, one.height), id: flow.id + 1 });
    return { ...panel(one), id: flow.id, gridPos };
  };
  const section = ({ title, isCollapsed = false, panels }: Section): readonly Json[] => {
    nextLine();
    if (title === undefined) return panels.map(put);
    const row = {
      type: "row",
      id: ++flow.id,
      title,
      collapsed: isCollapsed,
      gridPos: { h: 1, w: columns, x: 0, y: flow.y },
    };
    flow.y += 1;
    const placed = panels.map(put);
    return isCollapsed ? [{ ...row, panels: placed }] : [{ ...row, panels: [] }, ...placed];
  };
  return page.sections.flatMap(section);
}
