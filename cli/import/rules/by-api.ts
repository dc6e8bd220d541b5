/**
 * Rules into Mimir, or Grafana Cloud, which take groups by an API. All of ours stand in the namespace `obsbox`, with one
 * more group that records what was written, so that groups that somebody changes are known.
 *
 * @see https://grafana.com/docs/mimir/latest/references/http-api/#ruler
 */
import { parse, stringify } from "yaml";
import { UserError } from "../../errors.ts";
import { packageVersion } from "../../paths.ts";
import { call } from "../../remote/call.ts";
import type { Server } from "../../remote/server.ts";
import { listAt, textAt } from "../../../stack/companion/elasticsearch/json.ts";
import { changesBetween } from "../changes.ts";
import { digestOf } from "../digest.ts";
import type { Outcome } from "../outcome.ts";
import { groupBody, groupOf } from "../rules.ts";
import type { Group, Topic } from "../rules.ts";
import { checkExpressions, whyOf } from "./prometheus.ts";
import type { RulesChoice, RulesDone } from "./choice.ts";

const namespace = "obsbox";
const markGroup = "obsbox-import";
const path = `/config/v1/rules/${namespace}`;

interface GroupStep {
  readonly name: string;
  readonly result: "created" | "updated" | "unchanged" | "kept" | "removed" | "refused";
  readonly why?: string;
  readonly before: Group | undefined;
  readonly after: Group | undefined;
}

/** What was wanted of a group when it was written, and what the server made of it. */
interface Mark {
  readonly wanted: string;
  readonly stored: string;
}

export async function importByApi(
  server: Server,
  topics: readonly Topic[],
  choice: RulesChoice,
  signal: AbortSignal,
): Promise<RulesDone> {
  const problems = await checkExpressions(server, topics);
  const present = await readGroups(server);
  const marks = readMarks(present);
  const steps = planGroups(topics, { present, marks, problems }, choice);
  const objects = steps.map((step) => outcomeOf(step, choice.withChanges));
  if (choice.isDryRun) return { objects, notes: [] };
  if (steps.some(({ result }) => result === "refused")) return { objects: objects.filter(isSettled), notes: [] };
  try {
    for (const step of steps) {
      signal.throwIfAborted();
      await applyStep(server, step);
    }
    await writeMarks(server, steps, marks);
    return { objects, notes: [] };
  } catch (error) {
    const notes = await putBack(server, steps, present);
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { objects: objects.map((one) => (isSettled(one) ? one : { ...one, result: "refused", why })), notes };
  }
}

const isSettled = ({ result }: Pick<Outcome, "result">) =>
  result !== "created" && result !== "updated" && result !== "removed";

interface Present {
  readonly present: readonly Group[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly problems: ReadonlyMap<string, string>;
}

function planGroups(topics: readonly Topic[], { present, marks, problems }: Present, choice: RulesChoice) {
  const wanted = topics.flatMap(({ name, groups }) => groups.map((group) => ({ group, problem: problems.get(name) })));
  const planOne = ({ group, problem }: (typeof wanted)[number]): GroupStep => {
    const before = present.find(({ name }) => name === group.name);
    const mark = marks.get(group.name);
    const step = { name: group.name, before, after: group };
    if (problem !== undefined) return { ...step, result: "refused", why: problem };
    if (before === undefined) return { ...step, result: "created" };
    if (mark === undefined) return { ...step, result: "refused", why: "this group was not made by obsbox import" };
    const isChanged = digestOf(groupBody(before)) !== mark.stored;
    if (isChanged && !choice.overwrite)
      return { ...step, result: "kept", why: "changed there; --overwrite replaces it" };
    return { ...step, result: !isChanged && mark.wanted === digestOf(groupBody(group)) ? "unchanged" : "updated" };
  };
  const names = new Set(wanted.map(({ group }) => group.name));
  const stale = present.filter(({ name }) => choice.prune && name !== markGroup && marks.has(name) && !names.has(name));
  const removeOne = (group: Group): GroupStep => {
    const isChanged = digestOf(groupBody(group)) !== marks.get(group.name)?.stored;
    const step = { name: group.name, before: group, after: undefined };
    return isChanged
      ? { ...step, result: "kept", why: "not chosen any more, but changed there" }
      : { ...step, result: "removed" };
  };
  return [...wanted.map(planOne), ...stale.map(removeOne)];
}

async function readGroups(server: Server): Promise<readonly Group[]> {
  const answer = await call(server, path);
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw refusal("reading the rules", whyOf(answer));
  return listAt(parse(answer.text), namespace).map(groupOf);
}

async function writeGroup(server: Server, group: Group): Promise<void> {
  const answer = await call(server, path, { method: "POST", body: stringify(groupBody(group), { lineWidth: 0 }) });
  if (answer.status >= 300) throw refusal(`writing ${group.name}`, whyOf(answer));
}

async function deleteGroup(server: Server, name: string): Promise<void> {
  const answer = await call(server, `${path}/${encodeURIComponent(name)}`, { method: "DELETE" });
  if (answer.status >= 300 && answer.status !== 404) throw refusal(`removing ${name}`, whyOf(answer));
}

function refusal(doing: string, why: string): UserError {
  return new UserError(`${doing}: ${why}`, { hint: "may the token write rules, is the tenant right (--tenant)?" });
}

async function applyStep(server: Server, { name, result, after }: GroupStep): Promise<void> {
  if (result === "removed") await deleteGroup(server, name);
  if ((result === "created" || result === "updated") && after !== undefined) await writeGroup(server, after);
}

/** One rule for each group, because a group has no place for a comment. */
async function writeMarks(server: Server, steps: readonly GroupStep[], old: ReadonlyMap<string, Mark>): Promise<void> {
  if (steps.every(isSettled)) return;
  const stored = await readGroups(server);
  const marks = steps.flatMap((step): readonly (readonly [string, Mark])[] => {
    const { name, result, after } = step;
    const now = stored.find((group) => group.name === name);
    if (result === "removed" || now === undefined || after === undefined) return [];
    const known = isSettled(step) ? old.get(name) : undefined;
    return [[name, known ?? { wanted: digestOf(groupBody(after)), stored: digestOf(groupBody(now)) }]];
  });
  const others = [...old].filter(([name]) => !steps.some((step) => step.name === name));
  const rules = [...others, ...marks].map(([group, mark]) => ({
    record: "obsbox_import_info",
    expr: "vector(1)",
    labels: { rule_group: group, version: packageVersion, wanted: mark.wanted, stored: mark.stored },
  }));
  await writeGroup(server, { name: markGroup, settings: {}, rules });
}

function readMarks(groups: readonly Group[]): ReadonlyMap<string, Mark> {
  const rules = groups.find(({ name }) => name === markGroup)?.rules ?? [];
  return new Map(
    rules.map((rule) => [
      textAt(rule, "labels", "rule_group") ?? "",
      { wanted: textAt(rule, "labels", "wanted") ?? "", stored: textAt(rule, "labels", "stored") ?? "" },
    ]),
  );
}

/** @returns What could not be put back. */
async function putBack(
  server: Server,
  steps: readonly GroupStep[],
  present: readonly Group[],
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { name, before } of steps.filter((step) => !isSettled(step))) {
    try {
      await (before === undefined ? deleteGroup(server, name) : writeGroup(server, before));
    } catch (error) {
      notes.push(`${name} could not be put back: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
  const mark = present.find(({ name }) => name === markGroup);
  if (mark !== undefined) await writeGroup(server, mark).catch(() => notes.push(`${markGroup} could not be put back.`));
  return notes;
}

function outcomeOf({ name, result, why, before, after }: GroupStep, withChanges: boolean): Outcome {
  const isShown = withChanges && before !== undefined && after !== undefined && result !== "unchanged";
  const changes = isShown ? changesBetween(groupBody(before), groupBody(after)) : [];
  return {
    kind: "rules",
    name,
    result,
    ...(why === undefined ? {} : { why }),
    ...(changes.length > 0 ? { changes } : {}),
  };
}
