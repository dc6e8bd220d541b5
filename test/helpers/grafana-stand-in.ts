/**
 * A stand-in for Grafana in tests: the calls that an import makes, answered as Grafana's reference says and as a real one
 * of version 9 does. It is for what a real one cannot be made to do, such as failing in the middle.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { text } from "node:stream/consumers";
import { isObject, numberAt, textAt, valueAt } from "../../stack/companion/elasticsearch/json.ts";

export interface StoredDashboard {
  model: Record<string, unknown>;
  folderUid: string;
  provisioned?: boolean;
}

export interface GrafanaStandIn extends AsyncDisposable {
  readonly url: string;
  readonly dashboards: Map<string, StoredDashboard>;
  /** Titles by uid. */
  readonly folders: Map<string, string>;
  /** Calls that change something. */
  readonly changes: string[];
  version: string;
  token: string;
  sources: string[];
  actions: string[];
  /** Answers everything with this page, as something that is no Grafana. */
  page: string | undefined;
  /** Writing this uid fails. */
  failsAt: string | undefined;
  /** What it makes of a dashboard that it takes. */
  migrate: (model: Record<string, unknown>) => Record<string, unknown>;
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export async function startGrafanaStandIn(certificate?: Certificate): Promise<GrafanaStandIn> {
  const listen = async (request: IncomingMessage): Promise<Answer> => answer(standIn, request, await text(request));
  const handler: Parameters<typeof createServer>[1] = async (request, response) => {
    const { status = 200, body } = await listen(request);
    const isPage = typeof body === "string";
    response.writeHead(status, { "content-type": isPage ? "text/html" : "application/json" });
    response.end(isPage ? body : JSON.stringify(body));
  };
  const server = certificate === undefined ? createServer(handler) : createSecureServer({ ...certificate }, handler);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const standIn: GrafanaStandIn = {
    url: `${certificate === undefined ? "http" : "https"}://localhost:${port}/grafana`,
    dashboards: new Map(),
    folders: new Map(),
    changes: [],
    version: "12.1.0",
    token: "glsa_good",
    sources: ["prometheus", "elasticsearch", "jaeger"],
    actions: ["dashboards:create", "dashboards:write", "dashboards:read", "folders:create", "folders:read"],
    page: undefined,
    failsAt: undefined,
    migrate: (model) => model,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return standIn;
}

function answer(standIn: GrafanaStandIn, request: IncomingMessage, body: string): Answer {
  if (standIn.page !== undefined) return { body: standIn.page };
  if (request.headers.authorization !== `Bearer ${standIn.token}`) return refusal(401, "invalid API key");
  const { pathname, searchParams } = new URL(request.url ?? "", "http://grafana");
  const path = pathname.replace("/grafana/api/", "");
  const method = request.method ?? "";
  if (method !== "GET") standIn.changes.push(`${method} ${path}`);
  const [kind, , uid = ""] = path.split("/");
  if (path === "frontend/settings") return { body: settings(standIn) };
  if (path === "access-control/user/permissions") {
    return { body: Object.fromEntries(standIn.actions.map((action) => [action, ["*"]])) };
  }
  if (path === "search") return { body: search(standIn, searchParams) };
  if (path === "dashboards/db") return save(standIn, JSON.parse(body));
  if (kind === "dashboards") return dashboard(standIn, method, uid);
  if (kind === "folders") return folder(standIn, method, path.split("/")[1], body);
  return refusal(404, "Not found");
}

const refusal = (status: number, message: string): Answer => ({ status, body: { message } });

function settings({ version, sources }: GrafanaStandIn): unknown {
  return {
    buildInfo: { version },
    datasources: Object.fromEntries(sources.map((type) => [type, { type, name: type }])),
  };
}

function search({ dashboards, folders }: GrafanaStandIn, asked: URLSearchParams): unknown {
  if (asked.get("type") === "dash-folder") return [...folders].map(([uid, title]) => ({ uid, title }));
  const hasTag = ({ model }: StoredDashboard) => {
    const tag = asked.get("tag");
    return tag === null || (Array.isArray(model["tags"]) && model["tags"].includes(tag));
  };
  return [...dashboards]
    .filter(([, stored]) => hasTag(stored))
    .map(([uid, { folderUid, model }]) => ({ uid, folderUid, title: model["title"] }));
}

function save(standIn: GrafanaStandIn, given: unknown): Answer {
  const model = valueAt(given, "dashboard");
  const uid = textAt(model, "uid") ?? "";
  const folderUid = textAt(given, "folderUid") ?? "";
  if (uid === standIn.failsAt) return refusal(500, "database is locked");
  if (folderUid !== "" && !standIn.folders.has(folderUid)) return refusal(400, "Folder not found");
  const before = numberAt(standIn.dashboards.get(uid)?.model, "version") ?? 0;
  const isOverwritten = valueAt(given, "overwrite") === true;
  if (!isOverwritten && before !== (numberAt(model, "version") ?? 0)) {
    return refusal(412, "The dashboard has been changed by someone else");
  }
  const stored = standIn.migrate(isObject(model) ? { ...model } : {});
  standIn.dashboards.set(uid, {
    model: { ...stored, id: standIn.dashboards.size + 1, version: before + 1 },
    folderUid,
  });
  return { body: { status: "success", uid, version: before + 1 } };
}

function dashboard(standIn: GrafanaStandIn, method: string, uid: string): Answer {
  const stored = standIn.dashboards.get(uid);
  if (stored === undefined) return refusal(404, "Dashboard not found");
  if (method === "DELETE") standIn.dashboards.delete(uid);
  const meta = { folderUid: stored.folderUid, provisioned: stored.provisioned === true, canSave: true };
  return { body: { meta, dashboard: stored.model } };
}

function folder(standIn: GrafanaStandIn, method: string, uid: string | undefined, body: string): Answer {
  if (method === "POST") {
    const given: unknown = JSON.parse(body);
    standIn.folders.set(textAt(given, "uid") ?? "", textAt(given, "title") ?? "");
    return { body: given };
  }
  const title = standIn.folders.get(uid ?? "");
  if (title === undefined) return refusal(404, "folder not found");
  if (method === "DELETE") standIn.folders.delete(uid ?? "");
  return { body: { uid, title, canSave: true } };
}
