/** What the commands `users` and `tokens` share: a table of verbs, JSON on stdout, one line and a remedy on stderr. */
import { parseArgs } from "node:util";
import { noteOnce } from "./audit-once.ts";
import type { AuditEvent } from "./audit.ts";
import { messageOf, OperatorError } from "../errors.ts";
import { duration } from "./settings.ts";

export interface Input {
  /** What stands before the options: a name, then a role. */
  readonly words: readonly string[];
  readonly options: Readonly<Partial<Record<"role" | "scope" | "expires", string | undefined>>>;
  readonly env: NodeJS.ProcessEnv;
}

export interface Output {
  readonly content: object;
  /** What the audit log says of it. */
  readonly event?: AuditEvent;
}

export interface Verb {
  readonly name: string;
  /** The words that have to stand behind it. */
  readonly words: readonly string[];
  /** Its options, for messages. */
  readonly options: string;
  readonly run: (input: Input) => Promise<Output>;
}

const optionTypes = {
  json: { type: "boolean" },
  role: { type: "string" },
  scope: { type: "string" },
  expires: { type: "string" },
} as const;

/**
 * Runs a verb.
 *
 * @returns The exit code: 0, or 1 when it was not done.
 */
export async function runVerb(
  command: string,
  verbs: readonly Verb[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    const [verb, input] = readInput(command, verbs, args, env);
    const { content, event } = await verb.run(input);
    if (event !== undefined) await noteOnce(event, env);
    process.stdout.write(`${JSON.stringify(content)}\n`);
    return 0;
  } catch (error) {
    const remedy = error instanceof OperatorError ? error.remedy : "obsbox logs auth may say more";
    process.stderr.write(`${messageOf(error).replaceAll(/\s+/g, " ")}; ${remedy}\n`);
    return 1;
  }
}

function readInput(
  command: string,
  verbs: readonly Verb[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): readonly [Verb, Input] {
  const usages = verbs.map((verb) => usageOf(command, verb)).join(", ");
  const { values, positionals } = parse(args, usages);
  const [first = "", ...words] = positionals;
  const verb = verbs.find(({ name }) => name === first);
  if (verb === undefined) throw new OperatorError(`there is no "${command} ${first}"`, `expected one of: ${usages}`);
  if (words.length !== verb.words.length) {
    throw new OperatorError(`"${command} ${first}" got ${words.length} words`, `expected: ${usageOf(command, verb)}`);
  }
  return [verb, { words, options: values, env }];
}

function parse(args: readonly string[], usages: string) {
  try {
    return parseArgs({ args: [...args], options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw new OperatorError(messageOf(error), `expected one of: ${usages}`, error);
  }
}

function usageOf(command: string, { name, words, options }: Verb): string {
  return [command, name, ...words, options].filter(Boolean).join(" ");
}

/**
 * Reads a time such as `90d`.
 *
 * @throws OperatorError that says what would be right.
 */
export function readDuration(text: string, option: string): number {
  const value = duration.parse(text);
  if (value === undefined) throw new OperatorError(`--${option} is "${text}"`, `expected ${duration.expected}`);
  return value;
}
