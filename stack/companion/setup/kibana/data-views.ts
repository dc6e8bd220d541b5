/** Data views: made where missing, brought up to date where nobody changed them, else left alone. */
import { digestOf } from "../../../../dashboards/src/kibana/digest.ts";
import type { Client } from "../../elasticsearch/client.ts";
import { isStatus } from "../../elasticsearch/errors.ts";
import { textAt, valueAt } from "../../elasticsearch/json.ts";
import { inOrder } from "../step.ts";
import type { Outcome } from "../step.ts";
import { dataViews, logsView } from "./objects.ts";
import type { DataView } from "./objects.ts";

const path = "/api/data_views/data_view";

export function applyDataViews(kibana: Client, views: readonly DataView[] = dataViews): Promise<Outcome> {
  return inOrder(views, (view) => applyDataView(kibana, view));
}

async function applyDataView(kibana: Client, view: DataView): Promise<string | undefined> {
  const { id, body } = view;
  const current = valueAt(await kibana.find(`${path}/${id}`), "data_view");
  if (current === undefined) return create(kibana, view);
  if (stateOf(view, current) !== "outdated") return undefined;
  await kibana.request("POST", `${path}/${id}`, { data_view: body });
  return `brought data view ${id} up to date`;
}

/** Whether a copy is the one that the box installs now, an earlier one of the box, or a user's. */
export function stateOf({ body, earlier }: DataView, current: unknown): "current" | "outdated" | "changed" {
  const kept = Object.fromEntries(Object.keys(body).map((key) => [key, valueAt(current, key)]));
  const digest = digestOf(kept);
  if (digest === digestOf(body)) return "current";
  return earlier.includes(digest) ? "outdated" : "changed";
}

async function create(kibana: Client, { id, body }: DataView): Promise<string | undefined> {
  try {
    await kibana.request("POST", path, { data_view: { id, allowNoIndex: true, ...body }, override: false });
    return `created data view ${id}`;
  } catch (error) {
    // A user's view has the same name: that one stays.
    if (isStatus(error, 400, 409) && error.reason.startsWith("Duplicate data view")) return undefined;
    throw error;
  }
}

/** What people see first, unless they chose otherwise. */
export async function applyDefaultView(kibana: Client): Promise<Outcome> {
  const chosen = textAt(await kibana.request("GET", "/api/data_views/default"), "data_view_id") ?? "";
  if (chosen !== "") return { changes: [] };
  await kibana.request("POST", "/api/data_views/default", { data_view_id: logsView, force: false });
  return { changes: [`made ${logsView} the default data view`] };
}
