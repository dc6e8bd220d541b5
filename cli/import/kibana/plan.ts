/** What an import would do with each object: decided from what is there, before anything is written. */
import { digestIn } from "../../../dashboards/src/kibana/marker.ts";
import { isStatus } from "../../../stack/companion/elasticsearch/errors.ts";
import { isObject, listAt, textAt, valueAt } from "../../../stack/companion/elasticsearch/json.ts";
import { dashboardState, pathOf, replace } from "../../../stack/companion/setup/kibana/dashboards.ts";
import type { Dashboard } from "../../../stack/companion/setup/kibana/dashboards.ts";
import { stateOf } from "../../../stack/companion/setup/kibana/data-views.ts";
import type { DataView } from "../../../stack/companion/setup/kibana/objects.ts";
import { jsonOf } from "../../../dashboards/src/kibana/json.ts";
import type { Outcome } from "../outcome.ts";
import type { Kibana } from "./api.ts";
import type { Objects } from "./objects.ts";

export interface Step {
  readonly outcome: Outcome;
  /** Absent where nothing is to be written. */
  readonly write?: { readonly run: () => Promise<void>; readonly undo: () => Promise<void> };
}

export async function planSteps(kibana: Kibana, { view, dashboards }: Objects): Promise<readonly Step[]> {
  const steps = [await planView(kibana, view)];
  for (const dashboard of dashboards) steps.push(await planDashboard(kibana, dashboard));
  return steps;
}

const views = "/api/data_views/data_view";

async function planView(kibana: Kibana, view: DataView): Promise<Step> {
  const { id, body } = view;
  const as = (result: Outcome["result"], why?: string): Step => ({ outcome: outcome("data view", id, result, why) });
  const answer = await found(kibana, `${views}/${id}`);
  if (typeof answer === "string") return as("refused", answer);
  const current = valueAt(answer, "data_view");
  if (current === undefined) return { ...as("created"), write: viewWrite(kibana, view) };
  if (stateOf(view, current) === "current") return as("unchanged");
  const title = textAt(current, "title") ?? "";
  const wanted = textAt(body, "title") ?? "";
  if (title === wanted) return as("kept", "somebody changed it there");
  return as("refused", `it reads ${title}, not ${wanted}: delete it there, or give --index ${title}`);
}

function viewWrite(kibana: Kibana, { id, body }: DataView): NonNullable<Step["write"]> {
  return {
    run: async () => {
      await kibana.request("POST", views, { data_view: { id, allowNoIndex: true, ...body }, override: false });
    },
    undo: () => remove(kibana, `${views}/${id}`),
  };
}

async function planDashboard(kibana: Kibana, dashboard: Dashboard): Promise<Step> {
  const { id } = dashboard;
  const as = (result: Outcome["result"], why?: string): Step => ({ outcome: outcome("dashboard", id, result, why) });
  const current = await found(kibana, pathOf(dashboard));
  if (typeof current === "string") return as("refused", current);
  const description = textAt(current, "data", "description") ?? "";
  const state = dashboardState(dashboard, current);
  if (state === "absent") return { ...as("created"), write: newDashboard(kibana, dashboard) };
  if (state === "current") return as("unchanged");
  if (state === "outdated") return { ...as("updated"), write: newerDashboard(kibana, dashboard, current) };
  if (digestIn(description) !== undefined) return as("kept", "somebody saved it there; delete it to get this one");
  return as("refused", `its id is taken by "${textAt(current, "data", "title") ?? ""}", which obsbox did not make`);
}

function newDashboard(kibana: Kibana, dashboard: Dashboard): NonNullable<Step["write"]> {
  return {
    run: async () => {
      await kibana.request("PUT", pathOf(dashboard), dashboard.body);
      await checkWhole(kibana, dashboard);
    },
    undo: () => remove(kibana, pathOf(dashboard)),
  };
}

function newerDashboard(kibana: Kibana, dashboard: Dashboard, before: unknown): NonNullable<Step["write"]> {
  const data = valueAt(before, "data");
  const previous = Object.fromEntries(
    Object.entries(isObject(data) ? data : {}).map(([key, one]) => [key, jsonOf(one)]),
  );
  return {
    run: async () => {
      await replace(kibana, dashboard);
      await checkWhole(kibana, dashboard);
    },
    undo: () => replace(kibana, { id: dashboard.id, body: previous }),
  };
}

/** @throws Error where Kibana took the dashboard without some of its panels. */
async function checkWhole(kibana: Kibana, dashboard: Dashboard): Promise<void> {
  const warnings = listAt(await kibana.request("GET", pathOf(dashboard)), "warnings");
  if (warnings.length === 0) return;
  throw new Error(
    `this Kibana drops ${warnings.length} of its panels: ${textAt(warnings[0], "message") ?? "no reason"}`,
  );
}

/** What may be there, or why we may not look. */
async function found(kibana: Kibana, path: string): Promise<unknown> {
  try {
    return await kibana.find(path);
  } catch (error) {
    if (isStatus(error, 400, 403)) return error.reason;
    throw error;
  }
}

async function remove(kibana: Kibana, path: string): Promise<void> {
  try {
    await kibana.request("DELETE", path);
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

function outcome(kind: Outcome["kind"], name: string, result: Outcome["result"], why?: string): Outcome {
  return { kind, name, result, ...(why === undefined ? {} : { why }) };
}
