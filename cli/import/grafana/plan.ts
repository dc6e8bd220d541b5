/** What an import would do with each dashboard: decided from what is there, before anything is written. */
import type { Server } from "../../remote/server.ts";
import { changesBetween } from "../changes.ts";
import { sourceTypes } from "../dashboards.ts";
import type { Dashboard } from "../dashboards.ts";
import { digestOf, inOrder } from "../digest.ts";
import { readDashboard } from "./api.ts";
import type { Stored } from "./api.ts";
import type { GrafanaFacts } from "./facts.ts";
import { targetFolder } from "./folders.ts";
import type { FolderCheck } from "./folders.ts";
import { contentDigest, contentOf, readMark } from "./mark.ts";

export interface Step {
  readonly dashboard: Dashboard;
  readonly result: "created" | "updated" | "unchanged" | "kept" | "refused";
  readonly why?: string;
  /** What is there now. */
  readonly before?: Stored;
  readonly folderUid: string;
  readonly changes: readonly string[];
}

export interface PlanChoice {
  /** Replaces those of ours that somebody has changed there. */
  readonly overwrite: boolean;
  readonly folders: ReadonlyMap<string, FolderCheck>;
}

export async function planSteps(
  server: Server,
  facts: GrafanaFacts,
  dashboards: readonly Dashboard[],
  choice: PlanChoice,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const dashboard of dashboards) {
    steps.push(planOne(dashboard, await readDashboard(server, dashboard.uid), facts, choice));
  }
  return steps;
}

function planOne(
  dashboard: Dashboard,
  before: Stored | undefined,
  facts: GrafanaFacts,
  { overwrite, folders }: PlanChoice,
): Step {
  const folder = targetFolder(folders, dashboard);
  const folderUid = before?.folderUid ?? folder.uid;
  const changes = before === undefined ? [] : changesBetween(comparable(before.model), comparable(dashboard.model));
  const step = { dashboard, folderUid, changes, ...(before === undefined ? {} : { before }) };
  const refuse = (why: string): Step => ({ ...step, changes: [], result: "refused", why });

  const missing = sourceTypes(dashboard).filter((type) => !facts.sources.has(type));
  if (missing.length > 0) return refuse(`there is no data source of type ${missing.join(" and ")}`);
  if (before === undefined) {
    const why = folder.refusal ?? missingRight(facts, "dashboards:create");
    return why === undefined ? { ...step, result: "created" } : refuse(why);
  }
  if (before.isProvisioned) return refuse("it comes from a file on Grafana's machine, and can be changed only there");
  const mark = readMark(before.model);
  if (mark === undefined) return refuse(`its uid is taken by "${before.title}", which obsbox import did not make`);
  const isChanged = contentDigest(before.model) !== mark.stored;
  if (isChanged && !overwrite) {
    return { ...step, result: "kept", why: "changed there since it was imported; --overwrite replaces it" };
  }
  if (!isChanged && mark.wanted === digestOf(dashboard.model)) return { ...step, changes: [], result: "unchanged" };
  if (!before.canSave) return refuse("the token may not change it");
  return { ...step, result: "updated" };
}

function comparable(model: Dashboard["model"]): unknown {
  return inOrder(contentOf(model));
}

/** @returns What to say where the token lacks a right. */
export function missingRight({ actions }: GrafanaFacts, action: string): string | undefined {
  if (actions === undefined || actions.has(action)) return undefined;
  return `the token lacks the right ${action}: its service account needs the role Editor`;
}
