/**
 * Dashboards, through the Dashboards API of Kibana 9.5: made where missing, replaced by a newer version where nobody saved
 * over them, else left alone.
 */
import { bodyOf } from "../../../../dashboards/src/kibana/body.ts";
import { pages } from "../../../../dashboards/src/kibana/dashboards.ts";
import { digestIn } from "../../../../dashboards/src/kibana/marker.ts";
import { idOf } from "../../../../dashboards/src/kibana/page.ts";
import type { Language } from "../../../../dashboards/src/text.ts";
import type { Client } from "../../elasticsearch/client.ts";
import type { JsonObject } from "../../elasticsearch/json.ts";
import { textAt } from "../../elasticsearch/json.ts";
import { messageOf } from "../../errors.ts";
import type { Outcome } from "../step.ts";

export interface Dashboard {
  readonly id: string;
  /** With the mark by which the box knows it again. */
  readonly body: JsonObject;
}

export function dashboardsIn(language: Language): readonly Dashboard[] {
  return pages.map((page) => ({ id: idOf(page), body: bodyOf(page, language) }));
}

export const pathOf = ({ id }: Pick<Dashboard, "id">): string => `/api/dashboards/${id}`;

/** One that Kibana refuses does not keep the others away. @throws Error that says which were refused, and why. */
export async function applyDashboards(kibana: Client, all: readonly Dashboard[]): Promise<Outcome> {
  const changes: string[] = [];
  const problems: string[] = [];
  for (const dashboard of all) {
    try {
      changes.push(...(await applyDashboard(kibana, dashboard)));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (problems.length > 0) throw new Error(problems.join("; "));
  return { changes };
}

async function applyDashboard(kibana: Client, dashboard: Dashboard): Promise<readonly string[]> {
  const state = dashboardState(dashboard, await kibana.find(pathOf(dashboard)));
  if (state === "absent") {
    await kibana.request("PUT", pathOf(dashboard), dashboard.body);
    return [`created dashboard ${dashboard.id}`];
  }
  if (state !== "outdated") return [];
  await replace(kibana, dashboard);
  return [`brought dashboard ${dashboard.id} up to date`];
}

/**
 * Whether a copy is the one that the box installs now, an earlier one of the box, or a user's. Kibana adds defaults to what
 * it is sent, so that contents cannot be compared: the mark tells what was sent, the times whether somebody saved since.
 *
 * @param current - What `GET /api/dashboards/{id}` answered; undefined when there is none.
 */
export function dashboardState({ body }: Dashboard, current: unknown): "absent" | "current" | "outdated" | "changed" {
  if (current === undefined) return "absent";
  const sent = digestIn(textAt(current, "data", "description") ?? "");
  const created = textAt(current, "meta", "created_at");
  if (sent === undefined || created === undefined || created !== textAt(current, "meta", "updated_at"))
    return "changed";
  return sent === digestIn(textAt(body, "description") ?? "") ? "current" : "outdated";
}

/**
 * Written over the old one first, because what Kibana refuses leaves that as it was; then deleted and made again, so that the
 * new copy is one that nobody saved over.
 */
export async function replace(kibana: Pick<Client, "request">, dashboard: Dashboard): Promise<void> {
  await kibana.request("PUT", pathOf(dashboard), dashboard.body);
  await kibana.request("DELETE", pathOf(dashboard));
  await kibana.request("PUT", pathOf(dashboard), dashboard.body);
}
