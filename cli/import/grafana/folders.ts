/** The folders that dashboards go into: one for each area, or one that the user names. */
import { UserError } from "../../errors.ts";
import type { Server } from "../../remote/server.ts";
import type { Dashboard } from "../dashboards.ts";
import { digestOf } from "../digest.ts";
import { findFolders, readFolder } from "./api.ts";
import type { Folder } from "./api.ts";
import type { GrafanaFacts } from "./facts.ts";

export interface FolderCheck extends Folder {
  readonly exists: boolean;
  /** Why nothing can be written into it. */
  readonly refusal: string | undefined;
}

/** Grafana puts what is in no folder here. */
export const noFolder = "";

/**
 * Looks at the folders that the dashboards need.
 *
 * @param name - Title or uid of the one folder for all of them; undefined for a folder of ours for each area.
 * @returns The folder of each area.
 */
export async function checkFolders(
  server: Server,
  facts: GrafanaFacts,
  dashboards: readonly Dashboard[],
  name: string | undefined,
): Promise<ReadonlyMap<string, FolderCheck>> {
  const areas = new Map(dashboards.map(({ area, areaTitle }) => [area, areaTitle]));
  if (name !== undefined) {
    const check = await checkFolder(server, facts, await named(server, name));
    return new Map([...areas.keys()].map((area) => [area, check]));
  }
  const checks = new Map<string, FolderCheck>();
  for (const [area, title] of areas) checks.set(area, await checkFolder(server, facts, folderOf(area, title)));
  return checks;
}

/** The folder of an area: its uid is the same in every Grafana and every language. */
export function folderOf(area: string, areaTitle: string): Folder {
  return { uid: `obsbox-${area}`, title: `obsbox ${areaTitle}` };
}

export function targetFolder(folders: ReadonlyMap<string, FolderCheck>, { area, areaTitle }: Dashboard): FolderCheck {
  return folders.get(area) ?? { ...folderOf(area, areaTitle), exists: false, refusal: undefined };
}

async function named(server: Server, name: string): Promise<Folder> {
  const byUid = /^[\w-]{1,40}$/.test(name) ? await readFolder(server, name) : undefined;
  if (byUid !== undefined) return byUid;
  const [found, ...others] = await findFolders(server, name);
  if (found === undefined) return { uid: `obsbox-${digestOf(name).slice(0, 8)}`, title: name };
  if (others.length === 0) return found;
  const uids = [found, ...others].map(({ uid }) => uid).join(", ");
  throw new UserError(`${others.length + 1} folders are called ${JSON.stringify(name)}`, {
    hint: `say which by its uid: --folder with one of ${uids}`,
  });
}

async function checkFolder(server: Server, { actions }: GrafanaFacts, folder: Folder): Promise<FolderCheck> {
  const found = await readFolder(server, folder.uid);
  if (found !== undefined) {
    const refusal = found.canSave ? undefined : `the token may not write into the folder "${found.title}"`;
    return { ...folder, title: found.title, exists: true, refusal };
  }
  if (actions !== undefined && !actions.has("folders:create")) {
    return { ...folder, exists: false, refusal: `the token may not make the folder "${folder.title}"` };
  }
  const [taken] = await findFolders(server, folder.title);
  const refusal =
    taken === undefined ? undefined : `there is another folder "${folder.title}": give it by --folder ${taken.uid}`;
  return { ...folder, exists: false, refusal };
}
