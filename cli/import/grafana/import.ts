/** Brings dashboards into a Grafana: looks at everything first, then writes all of it or nothing. */
import type { Server } from "../../remote/server.ts";
import type { Dashboard } from "../dashboards.ts";
import type { Outcome, Report } from "../outcome.ts";
import { readFacts } from "./facts.ts";
import { checkFolders } from "./folders.ts";
import { planSteps } from "./plan.ts";
import type { Step } from "./plan.ts";
import { findRemovals } from "./prune.ts";
import type { Removal } from "./prune.ts";
import { writeAll } from "./write.ts";
import type { Stop, Work } from "./write.ts";

export interface ImportChoice {
  readonly folder: string | undefined;
  readonly allowOld: boolean;
  readonly overwrite: boolean;
  readonly prune: boolean;
  /** Writes what can be written, and leaves out what is refused. */
  readonly skipRefused: boolean;
  readonly isDryRun: boolean;
  readonly withChanges: boolean;
}

export async function importDashboards(
  server: Server,
  dashboards: readonly Dashboard[],
  choice: ImportChoice,
  signal: AbortSignal,
): Promise<Report> {
  const facts = await readFacts(server, choice.allowOld);
  const folders = await checkFolders(server, facts, dashboards, choice.folder);
  const steps = await planSteps(server, facts, dashboards, { overwrite: choice.overwrite, folders });
  const removals = choice.prune
    ? await findRemovals(
        server,
        dashboards.map(({ uid }) => uid),
      )
    : [];
  const work = workOf(steps, removals, folders);
  const isHeld = choice.isDryRun || (steps.some(isRefused) && !choice.skipRefused);
  const stop = isHeld ? undefined : await writeAll(server, work, signal);
  signal.throwIfAborted();
  return {
    server: `Grafana ${facts.version} at ${server.url}`,
    isDryRun: choice.isDryRun,
    objects: outcomesOf({ steps, removals, work, stop, isHeld: isHeld && !choice.isDryRun }, choice),
    notes: notesOf(steps, stop, choice),
  };
}

const isRefused = ({ result }: Step) => result === "refused";
const isWritten = ({ result }: Pick<Outcome, "result">) => result === "created" || result === "updated";

function workOf(
  steps: readonly Step[],
  removals: readonly Removal[],
  folders: Awaited<ReturnType<typeof checkFolders>>,
): Work {
  const written = steps.filter(isWritten);
  const needed = new Set(written.filter(({ before }) => before === undefined).map(({ folderUid }) => folderUid));
  const missing = [...folders.values()].filter(({ uid, exists }) => !exists && needed.has(uid));
  return {
    folders: [...new Map(missing.map((folder) => [folder.uid, folder])).values()],
    steps: written,
    removals: removals.filter(({ isChanged }) => !isChanged),
  };
}

interface Done {
  readonly steps: readonly Step[];
  readonly removals: readonly Removal[];
  readonly work: Work;
  readonly stop: Stop | undefined;
  /** Nothing was written because something is refused. */
  readonly isHeld: boolean;
}

function outcomesOf({ steps, removals, work, stop, isHeld }: Done, { withChanges }: ImportChoice): readonly Outcome[] {
  const planned: readonly Outcome[] = [
    ...work.folders.map(({ title }): Outcome => ({ kind: "folder", name: title, result: "created" })),
    ...steps.map(({ dashboard, result, why, changes }): Outcome => ({
      kind: "dashboard",
      name: dashboard.uid,
      result,
      ...(why === undefined ? {} : { why }),
      ...(withChanges && changes.length > 0 ? { changes } : {}),
    })),
    ...removals.map(({ uid, isChanged }): Outcome =>
      isChanged
        ? { kind: "dashboard", name: uid, result: "kept", why: "no longer part of obsbox, but changed there" }
        : { kind: "dashboard", name: uid, result: "removed" },
    ),
  ];
  if (isHeld)
    return planned.filter(({ kind, result }) => kind !== "folder" && !isWritten({ result }) && result !== "removed");
  return stop === undefined ? planned : planned.map((one) => afterStop(one, stop));
}

function afterStop(outcome: Outcome, { name, error }: Stop): Outcome {
  const { changes: _changes, ...one } = outcome;
  if (one.name === name)
    return { ...one, result: "refused", why: error instanceof Error ? error.message : String(error) };
  return isWritten(one) || one.result === "removed" ? { ...one, result: "undone", why: `because of ${name}` } : outcome;
}

function notesOf(steps: readonly Step[], stop: Stop | undefined, choice: ImportChoice): readonly string[] {
  const isHeld = steps.some(isRefused) && !choice.skipRefused;
  const others = steps.filter(isWritten).length;
  return [
    ...(isHeld && others > 0 ? [`What is not refused (${others}) could be written: --skip-refused does it.`] : []),
    ...(stop?.left ?? []).map((one) => `This could not be taken back, look at it in Grafana: ${one}.`),
  ];
}
