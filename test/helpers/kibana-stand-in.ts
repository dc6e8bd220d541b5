/**
 * A stand-in for Kibana in tests: the few calls that the setup makes, answered as the reference of Kibana 9.5 says. It
 * proves what the setup sends and when, not that the real Kibana takes it.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { isObject, listAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";
import type { JsonObject } from "../../stack/companion/elasticsearch/json.ts";
import { refusal } from "./kibana-answers.ts";
import type { Answer, JsonRequest } from "./kibana-answers.ts";
import { answerDashboards } from "./kibana-dashboards-stand-in.ts";
import type { DashboardsStandIn } from "./kibana-dashboards-stand-in.ts";

type Stored = Record<string, unknown>;

export interface KibanaStandIn extends AsyncDisposable, DashboardsStandIn {
  readonly url: string;
  readonly dataViews: Map<string, Stored>;
  readonly searches: Map<string, Stored>;
  defaultView: string;
  /** The only Authorization header that is let in; all are when it is not set. */
  authorization: string | undefined;
  /** Spaces that there are besides the default one. */
  readonly spaces: Set<string>;
  /** Method and path of every request. */
  readonly requests: string[];
  /** Answers everything with this status, when it is set. */
  down: number | undefined;
}

export async function startKibanaStandIn(): Promise<KibanaStandIn> {
  const server = createServer(async (request, response) => {
    const { status = 200, body } = answer(standIn, request, await text(request));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const standIn: KibanaStandIn = {
    url: `http://127.0.0.1:${port}/kibana`,
    dataViews: new Map(),
    searches: new Map(),
    dashboards: new Map(),
    defaultView: "",
    version: "9.5.3",
    authorization: undefined,
    spaces: new Set(),
    requests: [],
    refused: new Map(),
    dropping: new Set(),
    changes: [],
    down: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return standIn;
}

function answer(standIn: KibanaStandIn, request: IncomingMessage, body: string): Answer {
  if (standIn.down !== undefined) return { status: standIn.down, body: "Kibana server is not ready yet" };
  const { pathname, searchParams } = new URL(request.url ?? "", "http://kibana");
  const method = request.method ?? "";
  standIn.requests.push(`${method} ${pathname}`);
  const isAllowed = standIn.authorization === undefined || request.headers.authorization === standIn.authorization;
  if (!isAllowed) return refusal(401, "[security_exception]: unable to authenticate user");
  const [, space, path = ""] = /^\/kibana(?:\/s\/([^/]+))?\/api\/(.*)$/.exec(pathname) ?? [];
  if (path === "" || (space !== undefined && !standIn.spaces.has(space))) return refusal(404, "Not Found");
  if (method !== "GET" && request.headers["kbn-xsrf"] === undefined) return refusal(400, "needs a kbn-xsrf header");
  if (path === "saved_objects/_import") return importObject(standIn, body, searchParams.get("overwrite") === "true");
  return answerJson(standIn, { method, path, given: body === "" ? undefined : JSON.parse(body) });
}

function answerJson(standIn: KibanaStandIn, { method, path, given }: JsonRequest): Answer {
  if (path === "status") return { body: { version: { number: standIn.version }, status: {} } };
  if (path.startsWith("dashboards/")) return answerDashboards(standIn, { method, path, given });
  if (path === "saved_objects/_export") return exportObject(standIn, given);
  if (path === "data_views") return { body: { data_view: [...standIn.dataViews.values()] } };
  if (path === "data_views/default") return defaultView(standIn, method, given);
  if (path === "data_views/data_view" && method === "POST") return createView(standIn, given);
  return dataView(standIn, { method, given, id: path.replace("data_views/data_view/", "") });
}

function defaultView(standIn: KibanaStandIn, method: string, given: unknown): Answer {
  if (method === "GET") return { body: { data_view_id: standIn.defaultView } };
  standIn.changes.push("default");
  if (standIn.defaultView === "" || valueAt(given, "force") === true) {
    standIn.defaultView = textAt(given, "data_view_id") ?? "";
  }
  return { body: { acknowledged: true } };
}

function createView(standIn: KibanaStandIn, given: unknown): Answer {
  const view = valueAt(given, "data_view");
  const id = textAt(view, "id") ?? "";
  const name = textAt(view, "name");
  if ([...standIn.dataViews.values()].some((one) => one["name"] === name))
    return refusal(400, `Duplicate data view: ${name}`);
  standIn.changes.push(`create ${id}`);
  standIn.dataViews.set(id, { ...(isObject(view) ? view : {}), version: "WzEsMV0=", fieldAttrs: {} });
  return { body: { data_view: view } };
}

function dataView(
  standIn: KibanaStandIn,
  { method, given, id }: { readonly method: string; readonly given: unknown; readonly id: string },
): Answer {
  const stored = standIn.dataViews.get(id);
  if (stored === undefined) return refusal(404, `Saved object [index-pattern/${id}] not found`);
  if (method === "DELETE") {
    standIn.changes.push(`delete ${id}`);
    standIn.dataViews.delete(id);
  }
  if (method === "POST") {
    standIn.changes.push(`update ${id}`);
    Object.assign(stored, valueAt(given, "data_view"));
  }
  return { body: { data_view: stored } };
}

function exportObject(standIn: KibanaStandIn, given: unknown): Answer {
  const stored = standIn.searches.get(textAt(listAt(given, "objects")[0], "id") ?? "");
  return stored === undefined ? refusal(400, "Error fetching objects to export") : { body: stored };
}

function importObject(standIn: KibanaStandIn, form: string, overwrite: boolean): Answer {
  const object: JsonObject = JSON.parse(/^\{.*\}$/m.exec(form)?.[0] ?? "{}");
  const id = textAt(object, "id") ?? "";
  if (standIn.searches.has(id) && !overwrite) {
    return { body: { success: false, successCount: 0, errors: [{ id, error: { type: "conflict" } }] } };
  }
  const isMissing = listAt(object, "references").some((to) => !standIn.dataViews.has(textAt(to, "id") ?? ""));
  if (isMissing) return { body: { success: false, errors: [{ id, error: { type: "missing_references" } }] } };
  standIn.changes.push(`import ${id}`);
  const created = new Date().toISOString();
  standIn.searches.set(id, { ...object, created_at: created, updated_at: created });
  return { body: { success: true, successCount: 1 } };
}
