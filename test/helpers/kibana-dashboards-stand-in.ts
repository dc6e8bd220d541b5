/**
 * The Dashboards API of the stand-in: refuses what the schema refuses, adds defaults as Kibana does, keeps when a dashboard
 * was made and when it was saved last. As in Kibana 9.5, `PUT` makes or replaces, and does not merge.
 */
import { isObject, listAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import { problemsOf } from "./kibana-schema.ts";
import { refusal } from "./kibana-answers.ts";
import type { Answer, JsonRequest } from "./kibana-answers.ts";

export interface DashboardsStandIn {
  version: string;
  readonly dashboards: Map<string, StoredDashboard>;
  /** Calls that change something. */
  readonly changes: string[];
  /** Dashboards whose body is refused, with the reason. */
  readonly refused: Map<string, string>;
  /** Dashboards whose panels Kibana drops, as it does with types that it does not know. */
  readonly dropping: Set<string>;
}

export interface StoredDashboard {
  data: Record<string, unknown>;
  readonly meta: { readonly created_at: string; updated_at: string; version: string };
}

export function answerDashboards(standIn: DashboardsStandIn, { method, path, given }: JsonRequest): Answer {
  const id = path.replace("dashboards/", "");
  const stored = standIn.dashboards.get(id);
  if (isTooOld(standIn.version)) return refusal(404, "Not Found");
  if (method === "PUT") return put(standIn, id, given);
  if (stored === undefined) return refusal(404, `A dashboard with ID [${id}] was not found.`);
  if (method === "DELETE") {
    standIn.changes.push(`delete ${id}`);
    standIn.dashboards.delete(id);
    return { body: "" };
  }
  const warnings = standIn.dropping.has(id) ? [{ type: "dropped_panel", message: "Unsupported panel type" }] : [];
  return { body: { id, ...stored, ...(warnings.length === 0 ? {} : { warnings }) } };
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 9 || (major === 9 && minor < 4);
}

/** The stand-in's clock: every change has a time of its own. */
let clockMs = Date.parse("2026-01-01T00:00:00Z");

function put(standIn: DashboardsStandIn, id: string, given: unknown): Answer {
  const problems = [...problemsOf(given), ...(standIn.refused.has(id) ? [standIn.refused.get(id) ?? ""] : [])];
  if (problems.length > 0) return refusal(400, `[request ${problems.join("; ")}]`);
  const now = new Date((clockMs += 1000)).toISOString();
  const before = standIn.dashboards.get(id);
  const meta = { created_at: before?.meta.created_at ?? now, updated_at: now, version: `v${clockMs}` };
  const stored = { data: withDefaults(given), meta };
  standIn.dashboards.set(id, stored);
  standIn.changes.push(before === undefined ? `create ${id}` : `replace ${id}`);
  return { status: before === undefined ? 201 : 200, body: { id, ...stored } };
}

/** Some of the defaults that Kibana writes into what it is sent. */
function withDefaults(given: unknown): Record<string, unknown> {
  const panels = listAt(given, "panels").map((panel) => ({
    ...(isObject(panel) ? panel : {}),
    config: { hide_border: false, ...(isObject(valueAt(panel, "config")) ? Object(valueAt(panel, "config")) : {}) },
  }));
  return { project_routing: "", ...(isObject(given) ? given : {}), panels };
}
