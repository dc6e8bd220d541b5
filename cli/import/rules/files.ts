/** Files of rules in the folder that somebody's Prometheus reads: ours are known by their name and their first line. */
import { accessSync, constants, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readIfThere, sharedFile, writeWhole } from "../../box/write.ts";
import { UserError } from "../../errors.ts";
import { packageVersion } from "../../paths.ts";
import { changesBetween } from "../changes.ts";
import { digestOf } from "../digest.ts";
import type { Result } from "../outcome.ts";
import { rulesText } from "../rules.ts";
import type { Topic } from "../rules.ts";

export interface FileStep {
  readonly name: string;
  readonly path: string;
  readonly result: Exclude<Result, "undone">;
  readonly why?: string;
  readonly changes: readonly string[];
  /** What is there now. */
  readonly before: string | undefined;
  /** What is to be there; undefined for a file that is removed. */
  readonly after: string | undefined;
}

interface FileChoice {
  readonly overwrite: boolean;
  readonly prune: boolean;
  /** Topics that cannot be there, and why. */
  readonly problems: ReadonlyMap<string, string>;
}

/** @throws UserError for a folder that is not there, or into which we may not write. */
export function planFiles(folder: string, topics: readonly Topic[], choice: FileChoice): readonly FileStep[] {
  checkFolder(folder);
  const steps = topics.map((topic) => planFile(folder, topic, choice));
  const names = new Set(steps.map(({ name }) => name));
  const rest = readdirSync(folder).filter((name) => /^obsbox-.*\.yml$/.test(name) && !names.has(name));
  return [...steps, ...(choice.prune ? rest.flatMap((name) => planRemoval(folder, name)) : [])];
}

export function fileNameOf({ name }: Topic): string {
  return `obsbox-${name}.yml`;
}

/** The text of a file of ours: what it says of itself is how it is known again. */
export function markedText(topic: Topic): string {
  const body = rulesText(topic.groups);
  return `# obsbox ${packageVersion} ${digestOf(body)}: made by obsbox import alerts, which keeps it as it is once you change it.\n${body}`;
}

function planFile(folder: string, topic: Topic, { overwrite, problems }: FileChoice): FileStep {
  const name = fileNameOf(topic);
  const path = join(folder, name);
  const before = readIfThere(path)?.toString("utf8");
  const after = markedText(topic);
  const step = {
    name,
    path,
    before,
    after,
    changes: before === undefined ? [] : changesBetween(read(before), read(after)),
  };
  const problem = problems.get(topic.name);
  if (problem !== undefined) return { ...step, result: "refused", why: problem };
  if (before === undefined) return { ...step, result: "created" };
  const state = stateOf(before);
  if (state === "foreign") return { ...step, result: "refused", why: "this file was not made by obsbox import" };
  if (state === "changed" && !overwrite) {
    return { ...step, result: "kept", why: "changed since it was imported; --overwrite replaces it" };
  }
  return { ...step, result: bodyOf(before) === bodyOf(after) ? "unchanged" : "updated" };
}

function planRemoval(folder: string, name: string): readonly FileStep[] {
  const path = join(folder, name);
  const before = readIfThere(path)?.toString("utf8") ?? "";
  const step = { name, path, before, after: undefined, changes: [] };
  const state = stateOf(before);
  if (state === "foreign") return [];
  if (state === "changed") return [{ ...step, result: "kept", why: "not chosen any more, but changed since" }];
  return [{ ...step, result: "removed" }];
}

function stateOf(text: string): "ours" | "changed" | "foreign" {
  const [, digest] = /^# obsbox \S+ ([0-9a-f]{16}):/.exec(text) ?? [];
  if (digest === undefined) return "foreign";
  return digestOf(bodyOf(text)) === digest ? "ours" : "changed";
}

function bodyOf(text: string): string {
  return text.slice(text.indexOf("\n") + 1);
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text; // Somebody has broken it: shown as it is.
  }
}

/** Writes, or removes, what was planned. */
export function applyFiles(steps: readonly FileStep[]): void {
  for (const { path, result, after } of steps) {
    if (result === "removed") rmSync(path);
    if ((result === "created" || result === "updated") && after !== undefined) writeWhole(path, after, sharedFile);
  }
}

/** Puts back what was there before. */
export function restoreFiles(steps: readonly FileStep[]): void {
  for (const { path, result, before } of steps) {
    if (!["created", "updated", "removed"].includes(result)) continue;
    if (before === undefined) rmSync(path, { force: true });
    else writeWhole(path, before, sharedFile);
  }
}

function checkFolder(folder: string): void {
  const stat = statSync(folder, { throwIfNoEntry: false });
  const hint = "give the folder that rule_files of your prometheus.yml reads, as this machine sees it";
  if (stat?.isDirectory() !== true) throw new UserError(`--rules-dir: ${folder} is no folder`, { hint });
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(`--rules-dir: ${folder} may not be written by you`, { hint, cause: error });
  }
}
