/** Runs promtool over mutants of the alerts: which of them does no case notice? */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { equivalents } from "./equivalent-mutants.ts";
import { mutantsOf, secondsOf } from "./mutate.ts";
import { readPromql } from "./promql.ts";
import { readRuleFiles, readTestFiles, rulesOf } from "./rule-files.ts";
import type { Case, Rule, RuleFile, TestFile } from "./rule-files.ts";

export interface Outcome {
  readonly topic: string;
  readonly alert: string;
  readonly severity: string;
  readonly what: string;
  readonly end: "killed" | "survived" | "equivalent";
}

/** One rule by itself, with what it needs and the cases that are about it. */
interface Subject {
  readonly topic: string;
  readonly rule: Rule;
  readonly files: readonly TestFile[];
  /** Series that rules of the same files record, by name. */
  readonly recordings: readonly Rule[];
  /** Values of labels that tell the rule from others of its name. */
  readonly marks: readonly string[];
}

export interface MutationOptions {
  /** All topics when empty. */
  readonly topics: readonly string[];
  readonly promtool: string;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/**
 * Mutates every alert of the topics.
 *
 * @throws Error when the cases of an alert fail as it is.
 */
export async function runMutation({ topics, promtool, onOutcome }: MutationOptions): Promise<readonly Outcome[]> {
  const subjects = subjectsOf(topics);
  const jobs = subjects.flatMap((subject) => [
    () => checkAsItIs(subject, promtool),
    ...mutantsOf(subject.rule).map(({ what, rule }) => async () => {
      const outcome = await outcomeOf(subject, rule, what, promtool);
      onOutcome?.(outcome);
      return [outcome];
    }),
  ]);
  return (await inParallel(jobs, 2)).flat();
}

function subjectsOf(topics: readonly string[]): readonly Subject[] {
  const files = readRuleFiles();
  const tests = readTestFiles();
  const wanted = files.filter(({ topic }) => topics.length === 0 || topics.includes(topic));
  return wanted.flatMap((file) => alertsIn(file).map((rule) => subjectOf(file, rule, files, tests)));
}

function alertsIn(file: RuleFile): readonly Rule[] {
  return rulesOf(file).filter(({ alert }) => alert !== undefined);
}

function subjectOf(file: RuleFile, rule: Rule, files: readonly RuleFile[], tests: readonly TestFile[]): Subject {
  const own = tests.filter(({ rule_files: names }) => names.includes(file.file));
  const loaded = files.filter((one) => own.some(({ rule_files: names }) => names.includes(one.file)));
  const twins = alertsIn(file).filter(({ alert }) => alert === rule.alert);
  return {
    topic: file.topic,
    rule,
    files: own.flatMap((test) => casesFor(test, rule)),
    recordings: neededBy(rule, loaded.flatMap(rulesOf)),
    marks: twins.length === 1 ? [] : Object.values(rule.labels ?? {}),
  };
}

/** The cases of an alert, with what its twins of other severities would give left out. */
function casesFor(test: TestFile, rule: Rule): readonly TestFile[] {
  const isOwn = ({ exp_labels: labels = {} }) =>
    Object.entries(rule.labels ?? {}).every(([name, value]) => Reflect.get(labels, name) === value);
  const tests = test.tests
    .filter(({ name }) => name.startsWith(`${rule.alert}:`))
    .map((one) => ({
      ...one,
      alert_rule_test: (one.alert_rule_test ?? [])
        .filter(({ alertname }) => alertname === rule.alert)
        .map((asked) => ({ ...asked, exp_alerts: (asked.exp_alerts ?? []).filter(isOwn) })),
    }));
  return tests.length === 0 ? [] : [{ ...test, tests }];
}

function neededBy(rule: Rule, all: readonly Rule[]): readonly Rule[] {
  const asked = new Set(readPromql(rule.expr).selectors.map(({ metric }) => metric));
  const direct = all.filter(({ record }) => record !== undefined && asked.has(record));
  const others = all.filter((one) => !direct.includes(one));
  const needed = new Set(direct.flatMap((one) => [...neededBy(one, others), one]));
  return all.filter((one) => needed.has(one));
}

async function checkAsItIs(subject: Subject, promtool: string): Promise<readonly Outcome[]> {
  const cases = subject.files.flatMap(({ tests }) => tests);
  const name = subject.rule.alert ?? "";
  if (cases.length === 0) throw new Error(`${name} has no cases`);
  if (!(await passes(subject, subject.rule, () => true, promtool))) {
    throw new Error(`the cases of ${name} fail: promtool test rules alerts/${subject.topic}*.test.yml says why`);
  }
  return [];
}

async function outcomeOf({ ...subject }: Subject, mutant: Rule, what: string, promtool: string): Promise<Outcome> {
  const { topic, rule } = subject;
  const named = { topic, alert: rule.alert ?? "", severity: rule.labels?.["severity"] ?? "", what };
  for (const isChosen of stagesOf(subject)) {
    if (!(await passes(subject, mutant, isChosen, promtool))) return { ...named, end: "killed" };
  }
  return { ...named, end: isDeclared(named) ? "equivalent" : "survived" };
}

type Choice = (one: Case) => boolean;

const quickSeconds = 4 * 3600;

/** Cases that are likely to notice come first, and of those the ones that are quick. */
function stagesOf({ marks }: Subject): readonly Choice[] {
  const isLikely = ({ name }: Case) => marks.length === 0 || marks.some((mark) => name.split(/[ ,]+/).includes(mark));
  const isQuick = ({ alert_rule_test: asked = [] }: Case) =>
    asked.every(({ eval_time: time }) => secondsOf(time) <= quickSeconds);
  return [(one) => isLikely(one) && isQuick(one), (one) => isLikely(one) && !isQuick(one), (one) => !isLikely(one)];
}

function isDeclared({ alert, what }: Pick<Outcome, "alert" | "what">): boolean {
  return equivalents.some((one) => one.alert === alert && one.what === withoutPlace(what));
}

/** The place moves with every edit of the rule. */
export function withoutPlace(what: string): string {
  return what.replace(/ at \d+:/, ":");
}

/** Whether all cases pass that are chosen; true when there are none. */
async function passes(
  { files, recordings }: Subject,
  rule: Rule,
  isChosen: (one: Case) => boolean,
  promtool: string,
): Promise<boolean> {
  const chosen = files
    .map((file) => ({ ...file, tests: file.tests.filter(isChosen) }))
    .filter(({ tests }) => tests.length > 0);
  if (chosen.length === 0) return true;
  const folder = await mkdtemp(join(tmpdir(), "obsbox-mutant-"));
  try {
    // Prometheus evaluates the rules of one group in their order.
    const group = { name: "mutant", rules: [...recordings, rule] };
    await writeFile(join(folder, "rules.yml"), stringify({ groups: [group] }));
    const names = chosen.map((_file, index) => join(folder, `${index}.test.yml`));
    await Promise.all(names.map((name, index) => writeFile(name, testText(chosen[index]))));
    return await succeeds(promtool, ["test", "rules", ...names]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function testText(file: TestFile | undefined): string {
  return stringify(
    { rule_files: ["rules.yml"], evaluation_interval: file?.evaluation_interval, tests: file?.tests },
    { aliasDuplicateObjects: false },
  );
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], (error) => {
      if (error !== null && error.code === "ENOENT") reject(error);
      else resolve(error === null);
    });
  });
}

async function inParallel<T>(jobs: readonly (() => Promise<T>)[], count: number): Promise<readonly T[]> {
  const results: T[] = [];
  const waiting = jobs.entries();
  const work = async () => {
    for (const [index, job] of waiting) results[index] = await job();
  };
  await Promise.all(Array.from({ length: count }, work));
  return results;
}
