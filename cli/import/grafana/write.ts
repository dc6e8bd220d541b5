/** Writes what was planned. When something goes wrong, what was written so far is taken back. */
import { UserError } from "../../errors.ts";
import { packageVersion } from "../../paths.ts";
import type { Server } from "../../remote/server.ts";
import { digestOf } from "../digest.ts";
import { createFolder, deleteDashboard, deleteFolder, findDashboards, readDashboard, writeDashboard } from "./api.ts";
import type { Folder } from "./api.ts";
import { contentDigest, readMark, withMark } from "./mark.ts";
import type { Step } from "./plan.ts";
import type { Removal } from "./prune.ts";

export interface Work {
  readonly folders: readonly Folder[];
  readonly steps: readonly Step[];
  readonly removals: readonly Removal[];
}

/** What stopped it, and at which object. */
export interface Stop {
  readonly name: string;
  readonly error: unknown;
  /** What was written before and could not be taken back. */
  readonly left: readonly string[];
}

interface Task {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly undo: () => Promise<void>;
}

const message = `obsbox import ${packageVersion}`;

/** @returns Undefined when all is written; else what stopped it, with everything taken back. */
export async function writeAll(server: Server, work: Work, signal: AbortSignal): Promise<Stop | undefined> {
  const tasks = [
    ...work.folders.map((folder) => folderTask(server, folder)),
    ...work.steps.map((step) => dashboardTask(server, step)),
    ...work.removals.map((removal) => removalTask(server, removal)),
  ];
  const begun: Task[] = [];
  for (const task of tasks) {
    try {
      signal.throwIfAborted();
      begun.push(task);
      await task.run();
    } catch (error) {
      return { name: task.name, error, left: await undoAll(begun) };
    }
  }
  return undefined;
}

/** @returns What could not be undone. */
async function undoAll(begun: readonly Task[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const task of begun.toReversed()) {
    try {
      await task.undo();
    } catch (error) {
      left.push(`${task.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return left;
}

function folderTask(server: Server, folder: Folder): Task {
  let isMade = false;
  return {
    name: folder.title,
    run: async () => {
      await createFolder(server, folder);
      isMade = true;
    },
    undo: async () => {
      // Grafana removes what is in a folder with it, and somebody may have put something there meanwhile.
      if (!isMade || (await findDashboards(server, { folderUid: folder.uid })).length > 0) return;
      await deleteFolder(server, folder.uid);
    },
  };
}

function dashboardTask(server: Server, { dashboard, folderUid, before }: Step): Task {
  const { uid, model } = dashboard;
  const wanted = digestOf(model);
  const write = async (stored: string, version: number | undefined) => {
    const marked = withMark(model, { version: packageVersion, wanted, stored });
    await writeDashboard(server, { model: marked, folderUid, message, ...(version === undefined ? {} : { version }) });
  };
  return {
    name: uid,
    run: async () => {
      const expected = contentDigest(model);
      await write(expected, before?.version);
      const now = await readDashboard(server, uid);
      if (now === undefined) throw new UserError(`${uid} cannot be read back`, { hint: rights });
      const stored = contentDigest(now.model);
      if (stored !== expected) await write(stored, now.version);
    },
    undo: async () => {
      // Looked at anew: a write may have arrived whose answer did not, and what is there may be somebody else's.
      const now = await readDashboard(server, uid);
      if (now === undefined || readMark(now.model)?.wanted !== wanted) return;
      if (before === undefined) await deleteDashboard(server, uid);
      else if (now.version !== before.version) await restore(server, before);
    },
  };
}

const rights = "the token needs the right to read dashboards too";

function removalTask(server: Server, { uid, before }: Removal): Task {
  let isRemoved = false;
  return {
    name: uid,
    run: async () => {
      await deleteDashboard(server, uid);
      isRemoved = true;
    },
    undo: async () => {
      if (isRemoved) await restore(server, before);
    },
  };
}

async function restore(server: Server, { model, folderUid }: NonNullable<Step["before"]>): Promise<void> {
  await writeDashboard(server, { model, folderUid, message: `${message}, taken back`, overwrite: true });
}
