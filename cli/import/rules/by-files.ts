/** Rules into a Prometheus, which reads them from files. */
import { UserError } from "../../errors.ts";
import type { Server } from "../../remote/server.ts";
import type { Outcome } from "../outcome.ts";
import type { Topic } from "../rules.ts";
import { applyFiles, fileNameOf, planFiles, restoreFiles } from "./files.ts";
import type { FileStep } from "./files.ts";
import { checkExpressions, loadedGroups, reload } from "./prometheus.ts";
import type { RulesChoice, RulesDone } from "./choice.ts";

export async function importByFiles(
  server: Server,
  topics: readonly Topic[],
  choice: RulesChoice,
  signal: AbortSignal,
): Promise<RulesDone> {
  const problems = await checkExpressions(server, topics);
  const steps = planFiles(folderOf(choice), topics, { ...choice, problems });
  const objects = steps.map((step) => outcomeOf(step, choice.withChanges));
  if (choice.isDryRun) return { objects, notes: [] };
  if (steps.some(({ result }) => result === "refused")) return { objects: objects.filter(isSettled), notes: [] };
  try {
    applyFiles(steps);
    const hasReloaded = await reload(server);
    signal.throwIfAborted();
    const notes = await verify(server, topics, steps, hasReloaded);
    return { objects, notes };
  } catch (error) {
    restoreFiles(steps);
    const notes = await reloadAgain(server);
    signal.throwIfAborted();
    return { objects: objects.map((one) => afterFailure(one, error)), notes };
  }
}

const isSettled = ({ result }: Outcome) => result !== "created" && result !== "updated" && result !== "removed";

function folderOf({ rulesDir }: RulesChoice): string {
  if (rulesDir !== undefined) return rulesDir;
  throw new UserError("Prometheus takes rules from files only: --rules-dir is missing", {
    hint: "give the folder that rule_files of your prometheus.yml reads; on Kubernetes: obsbox export --target prometheus-rule",
    exitCode: 2,
  });
}

/** @throws UserError where the groups are not there after a reload, or cannot be evaluated. */
async function verify(
  server: Server,
  topics: readonly Topic[],
  steps: readonly FileStep[],
  hasReloaded: boolean,
): Promise<readonly string[]> {
  const standing = topics.filter((topic) =>
    steps.some(({ name, result }) => name === fileNameOf(topic) && result !== "kept"),
  );
  const loaded = await loadedGroups(server);
  const isLoaded = (file: string, group: string) =>
    loaded.some((one) => one.name === group && one.file.split(/[/\\]/).at(-1) === file);
  const missing = standing.filter((topic) => !topic.groups.every(({ name }) => isLoaded(fileNameOf(topic), name)));
  if (!hasReloaded)
    return missing.length === 0 && steps.every(({ result }) => result === "unchanged") ? [] : [notReloaded];
  if (missing.length > 0) {
    throw new UserError(`Prometheus does not read ${missing.map(fileNameOf).join(", ")}`, {
      hint: "add the folder to rule_files of your prometheus.yml, as Prometheus sees it: - /path/to/obsbox-*.yml",
    });
  }
  const errors = loaded.filter(({ file }) => file.includes("obsbox-")).flatMap((group) => group.errors);
  return errors.map((error) => `An evaluation failed: ${error}.`);
}

const notReloaded =
  "Prometheus has not read the files: it reloads by HTTP only with --web.enable-lifecycle. Send it SIGHUP, or start it anew, and run this again to see whether they are there.";

async function reloadAgain(server: Server): Promise<readonly string[]> {
  try {
    await reload(server);
    return ["All files are as they were before."];
  } catch (error) {
    return [`All files are as they were before. ${error instanceof Error ? error.message : String(error)}.`];
  }
}

function outcomeOf({ name, result, why, changes }: FileStep, withChanges: boolean): Outcome {
  return {
    kind: "rules",
    name,
    result,
    ...(why === undefined ? {} : { why }),
    ...(withChanges && changes.length > 0 ? { changes } : {}),
  };
}

function afterFailure(outcome: Outcome, error: unknown): Outcome {
  if (isSettled(outcome)) return outcome;
  const hint = error instanceof UserError ? `; ${error.hint}` : "";
  return { ...outcome, result: "refused", why: `${error instanceof Error ? error.message : String(error)}${hint}` };
}
