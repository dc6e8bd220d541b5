/** The calls to Grafana that an import makes. */
import { UserError } from "../../errors.ts";
import { call } from "../../remote/call.ts";
import type { Answer, Request } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";
import { isObject, listAt, numberAt, textAt, valueAt } from "../../../stack/companion/elasticsearch/json.ts";
import type { Model } from "../naming/dashboard.ts";

/** A dashboard that is there. */
export interface Stored {
  readonly model: Model;
  readonly version: number;
  readonly title: string;
  readonly folderUid: string;
  readonly canSave: boolean;
  /** Comes from a file on its machine, and can be changed only there. */
  readonly isProvisioned: boolean;
}

export interface Folder {
  readonly uid: string;
  readonly title: string;
}

/**
 * @returns Undefined where there is none. Grafana forbids to look to who has no dashboard to look at, so that is the same
 * here: where there is one that we may not see, Grafana refuses to write it, since nothing is ever written over.
 */
export async function readDashboard(server: Server, uid: string): Promise<Stored | undefined> {
  const answer = await call(server, `/api/dashboards/uid/${encodeURIComponent(uid)}`);
  if (answer.status === 404 || answer.status === 403) return undefined;
  const model = valueAt(expectOk(answer, `reading ${uid}`).json, "dashboard");
  return {
    model: isObject(model) ? model : {},
    version: numberAt(model, "version") ?? 0,
    title: textAt(model, "title") ?? "",
    folderUid: textAt(answer.json, "meta", "folderUid") ?? "",
    canSave: valueAt(answer.json, "meta", "canSave") === true,
    isProvisioned: valueAt(answer.json, "meta", "provisioned") === true,
  };
}

interface Write {
  readonly model: Model;
  readonly folderUid: string;
  /** Version that is replaced; undefined where there is none. */
  readonly version?: number;
  readonly message: string;
  /** Replaces whatever is there. */
  readonly overwrite?: boolean;
}

/** @throws UserError where somebody else was faster, or Grafana does not take it. */
export async function writeDashboard(server: Server, { model, folderUid, version, message, overwrite }: Write) {
  const dashboard = { ...model, id: null, version: version ?? 0 };
  const body = { dashboard, folderUid, message, overwrite: overwrite === true };
  await send(server, "/api/dashboards/db", { method: "POST", body }, `writing ${textAt(model, "uid") ?? ""}`);
}

export async function deleteDashboard(server: Server, uid: string): Promise<void> {
  await send(server, `/api/dashboards/uid/${encodeURIComponent(uid)}`, { method: "DELETE" }, `removing ${uid}`);
}

/** @returns Undefined where there is none, or none that we may look at; else whether we may write into it. */
export async function readFolder(
  server: Server,
  uid: string,
): Promise<(Folder & { readonly canSave: boolean }) | undefined> {
  const answer = await call(server, `/api/folders/${encodeURIComponent(uid)}`);
  if (answer.status === 404 || answer.status === 403) return undefined;
  const { json } = expectOk(answer, `reading the folder ${uid}`);
  return { uid, title: textAt(json, "title") ?? uid, canSave: valueAt(json, "canSave") !== false };
}

export async function createFolder(server: Server, { uid, title }: Folder): Promise<void> {
  await send(server, "/api/folders", { method: "POST", body: { uid, title } }, `making the folder ${title}`);
}

export async function deleteFolder(server: Server, uid: string): Promise<void> {
  await send(server, `/api/folders/${encodeURIComponent(uid)}`, { method: "DELETE" }, `removing the folder ${uid}`);
}

/** Folders with a title, whatever they are in. */
export async function findFolders(server: Server, title: string): Promise<readonly Folder[]> {
  const found = await search(server, `type=dash-folder&query=${encodeURIComponent(title)}`);
  return found.filter((one) => textAt(one, "title") === title).map((one) => ({ uid: textAt(one, "uid") ?? "", title }));
}

/** Uids of the dashboards with a tag, or in a folder. */
export async function findDashboards(
  server: Server,
  { tag, folderUid }: { readonly tag?: string; readonly folderUid?: string },
): Promise<readonly string[]> {
  const found = await search(server, `type=dash-db${tag === undefined ? "" : `&tag=${tag}`}`);
  return found
    .filter((one) => folderUid === undefined || textAt(one, "folderUid") === folderUid)
    .flatMap((one) => textAt(one, "uid") ?? []);
}

async function search(server: Server, query: string): Promise<readonly unknown[]> {
  const { json } = await send(server, `/api/search?limit=5000&${query}`, {}, "searching");
  return listAt({ json }, "json");
}

async function send(server: Server, path: string, request: Request, doing: string): Promise<Answer> {
  return expectOk(await call(server, path, request), doing);
}

/** Remedies for what Grafana tells by its status. */
const remedies: Readonly<Record<number, string>> = {
  401: "give a token that is still valid",
  403: "give a token of a service account with the role Editor, or with rights on the folder",
  412: "somebody changed it just now, or the name is taken in that folder: look there, and run it again",
};

function expectOk(answer: Answer, doing: string): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const said = textAt(answer.json, "message") ?? answer.text.slice(0, 200);
  throw new UserError(`${doing}: Grafana answers ${answer.status}: ${said}`, {
    hint: remedies[answer.status] ?? "Grafana's log tells more",
  });
}
