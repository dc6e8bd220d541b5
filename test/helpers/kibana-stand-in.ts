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

type Stored = Record<string, unknown>;

export interface KibanaStandIn extends AsyncDisposable {
  readonly url: string;
  readonly dataViews: Map<string, Stored>;
  readonly searches: Map<string, Stored>;
  defaultView: string;
  /** Calls that change something. */
  readonly changes: string[];
  /** Answers everything with this status, when it is set. */
  down: number | undefined;
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
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
    defaultView: "",
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
  if (method !== "GET" && request.headers["kbn-xsrf"] === undefined) return refusal(400, "needs a kbn-xsrf header");
  const path = pathname.replace("/kibana/api/", "");
  if (path === "saved_objects/_import") return importObject(standIn, body, searchParams.get("overwrite") === "true");
  const given: unknown = body === "" ? undefined : JSON.parse(body);
  if (path === "saved_objects/_export") return exportObject(standIn, given);
  if (path === "data_views/default") return defaultView(standIn, method, given);
  if (path === "data_views/data_view" && method === "POST") return createView(standIn, given);
  return dataView(standIn, { method, given, id: path.replace("data_views/data_view/", "") });
}

const refusal = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: { statusCode, error: "x", message },
});

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
