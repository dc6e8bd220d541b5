/** The rule files and their cases, as they stand in this folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

export interface RuleFile {
  /** `hosts` of hosts.yml, `slo` of slo.rules.yml. */
  readonly topic: string;
  readonly file: string;
  readonly groups: readonly RuleGroup[];
  /** What a rule waits for before it can say anything, by its name: the comment `# needs:` above it. */
  readonly needs: ReadonlyMap<string, string>;
}

export interface ExpectedAlert {
  readonly exp_labels?: Readonly<Record<string, string>>;
  readonly exp_annotations?: Readonly<Record<string, string>>;
}

export interface AlertTest {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts?: readonly ExpectedAlert[];
}

export interface Case {
  readonly name: string;
  readonly interval?: string;
  readonly input_series?: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test?: readonly AlertTest[];
}

export interface TestFile {
  readonly file: string;
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly group_eval_order?: readonly string[];
  readonly tests: readonly Case[];
}

export const alertsFolder = join(import.meta.dirname, "..");

/** An alert with the topic that it belongs to. */
export interface Alert extends Rule {
  readonly alert: string;
  readonly topic: string;
  readonly needs: string | undefined;
}

export function readRuleFiles(folder = alertsFolder): readonly RuleFile[] {
  const names = filesOf(folder).filter((file) => !file.endsWith(".test.yml") && file !== "slos.yml");
  return names.map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const { groups = [] }: { readonly groups?: readonly RuleGroup[] } = parse(text);
    return { topic: file.replace(/(\.rules)?\.yml$/, ""), file, groups, needs: needsIn(text) };
  });
}

export function readTestFiles(folder = alertsFolder): readonly TestFile[] {
  const names = filesOf(folder).filter((file) => file.endsWith(".test.yml"));
  return names.map((file) => {
    const content: Omit<TestFile, "file"> = parse(readFileSync(join(folder, file), "utf8"));
    return { ...content, file };
  });
}

export function rulesOf({ groups }: Pick<RuleFile, "groups">): readonly Rule[] {
  return groups.flatMap(({ rules }) => rules);
}

/** Every alert, in the order of the files. */
export function alertsOf(files: readonly RuleFile[]): readonly Alert[] {
  return files.flatMap((file) =>
    rulesOf(file).flatMap((rule) =>
      rule.alert === undefined
        ? []
        : [{ ...rule, alert: rule.alert, topic: file.topic, needs: file.needs.get(rule.alert) }],
    ),
  );
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yml"))
    .toSorted();
}

function needsIn(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/# needs: (.+)\n(?:[ \t]*#.*\n)*[ \t]*- (?:alert|record): "?([\w:]+)/g);
  return new Map([...found].map(([, what = "", name = ""]) => [name, what]));
}
