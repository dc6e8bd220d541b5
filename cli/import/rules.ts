/** The rules of the package, as they are to stand in somebody else's Prometheus. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Option } from "../command.ts";
import { UserError } from "../errors.ts";
import { packageRoot } from "../paths.ts";
import { listAt, textAt } from "../../stack/companion/elasticsearch/json.ts";
import type { Naming } from "./naming/naming.ts";
import { renameRule } from "./naming/rules.ts";
import type { Rule } from "./naming/rules.ts";
import { placeRule } from "./places.ts";
import type { Places } from "./places.ts";

export interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** What else is set, for instance `interval`. */
  readonly settings: Rule;
}

/** Rules about one thing: one file of `alerts/`. */
export interface Topic {
  readonly name: string;
  readonly groups: readonly Group[];
}

export interface RuleChoice {
  /** All but {@link notByDefault} where there are none. */
  readonly topics: readonly string[];
  /** Names of alerts; all where there are none. */
  readonly only: readonly string[];
  readonly naming: Naming;
  readonly places: Places;
}

/** Who runs Kubernetes has such alerts from kube-prometheus already. */
const notByDefault: ReadonlySet<string> = new Set(["kubernetes"]);

export const topicsOption: Option = { value: "NAMES", about: "Topics, with commas between them; all but kubernetes" };

/** Where the rules are in the package. */
export const alertsFolder = join(packageRoot, "alerts");

/** @throws UserError for a topic or an alert that is not there. */
export function readTopics(choice: RuleChoice, folder = alertsFolder): readonly Topic[] {
  const all = readAll(folder);
  const names = all.map(({ name }) => name);
  check("--topics", choice.topics, names);
  const isChosen = (name: string) =>
    choice.topics.length === 0 ? !notByDefault.has(name) : choice.topics.includes(name);
  const chosen = all.filter(({ name }) => isChosen(name));
  check("--only", choice.only, chosen.flatMap(alertsOf));
  return chosen.flatMap((topic) => narrow(topic, choice.only)).map((topic) => translate(topic, choice));
}

export function alertsOf({ groups }: Topic): readonly string[] {
  return groups.flatMap(({ rules }) => rules.flatMap((rule) => textAt(rule, "alert") ?? []));
}

/** A group as it stands in a file of rules. */
export function groupBody({ name, settings, rules }: Group): Rule {
  return { name, ...settings, rules };
}

/** A file of rules. Long expressions stay in one line, so that they are found with grep. */
export function rulesText(groups: readonly Group[]): string {
  return stringify({ groups: groups.map(groupBody) }, { lineWidth: 0 });
}

function readAll(folder: string): readonly Topic[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yml") && !file.endsWith(".test.yml") && file !== "slos.yml")
    .toSorted()
    .map((file) => ({
      name: file.replace(/(\.rules)?\.yml$/, ""),
      groups: listAt(parse(readFileSync(join(folder, file), "utf8")), "groups").map(groupOf),
    }));
}

export function groupOf(value: unknown): Group {
  const { name, rules, ...settings } = { ...asRule(value) };
  return { name: typeof name === "string" ? name : "", rules: Array.isArray(rules) ? rules.map(asRule) : [], settings };
}

function asRule(value: unknown): Rule {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Of a topic with some of the alerts, the rules that record stay: alerts may need what they record. */
function narrow(topic: Topic, only: readonly string[]): readonly Topic[] {
  if (only.length === 0) return [topic];
  if (!alertsOf(topic).some((alert) => only.includes(alert))) return [];
  const isWanted = (rule: Rule) => rule["alert"] === undefined || only.includes(textAt(rule, "alert") ?? "");
  const groups = topic.groups.map((group) => ({ ...group, rules: group.rules.filter(isWanted) }));
  return [{ ...topic, groups: groups.filter(({ rules }) => rules.length > 0) }];
}

function translate(topic: Topic, { naming, places }: RuleChoice): Topic {
  const rename = (rule: Rule) => placeRule(renameRule(rule, naming), places);
  return { ...topic, groups: topic.groups.map((group) => ({ ...group, rules: group.rules.map(rename) })) };
}

function check(option: string, given: readonly string[], known: readonly string[]): void {
  const missing = given.find((name) => !known.includes(name));
  if (missing === undefined) return;
  const hint = `expected some of ${[...new Set(known)].join(", ")}`;
  throw new UserError(`${option}: there is no ${JSON.stringify(missing)}`, { hint, exitCode: 2 });
}
