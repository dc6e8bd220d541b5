/** What a command is, and how its arguments are read. */
import { parseArgs } from "node:util";
import { UserError } from "./errors.ts";

export interface Option {
  readonly about: string;
  /** Shown in the help behind the name; absent for a switch. */
  readonly value?: string;
  /** Where the value comes from when it is not given. */
  readonly env?: string;
  readonly default?: string;
  /** May be given several times. */
  readonly many?: true;
}

export interface Command {
  /** One word, or two for a verb of a group: `users add`; three for one of a group in a group. */
  readonly name: string;
  readonly about: string;
  /** What stands beside the options: `NAME`, `[PAGE]` where it may be left out, `ADDRESS...` where there may be more. */
  readonly operands?: readonly string[];
  /** What follows the options in the usage line. */
  readonly usage?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** @returns The exit code. */
  run(input: Input): Promise<number>;
}

export interface Input {
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Every value of an option that may be given several times. */
  readonly all: (name: string) => readonly string[];
  readonly isOn: (name: string) => boolean;
  readonly operands: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** @throws UserError for options and operands that the command does not have. */
export function readInput(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Input {
  const end = args.indexOf("--");
  const { values, positionals } = parse(command, end === -1 ? args : args.slice(0, end));
  checkOperands(command, positionals);
  const valueOf = (name: string) => {
    const { env: variable, default: usual } = command.options[name] ?? {};
    const given = values[name];
    return typeof given === "string" ? given : ((variable === undefined ? undefined : env[variable]) ?? usual);
  };
  const names = Object.keys(command.options);
  return {
    values: Object.fromEntries(names.map((name) => [name, valueOf(name)])),
    all: (name) => {
      const given = values[name];
      return Array.isArray(given) ? given.map(String) : [];
    },
    isOn: (name) => values[name] === true,
    operands: positionals,
    rest: end === -1 ? [] : args.slice(end + 1),
  };
}

/** The text of `--help`. */
export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, help: { about: "Shows this text" } satisfies Option });
  const lines = options.map(
    ([name, option]: [string, Option]) =>
      [`--${name}${option.value === undefined ? "" : ` ${option.value}`}`, aboutOf(option)] as const,
  );
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    command.about,
    "",
    `Usage: ${usageOf(command)}`,
    "",
    ...lines.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`),
    "",
  ].join("\n");
}

function usageOf({ name, operands = [], usage }: Command): string {
  return ["obsbox", name, "[options]", ...operands, ...(usage === undefined ? [] : [usage])].join(" ");
}

function aboutOf({ about, env, default: usual, many }: Option): string {
  const notes = [usual === undefined ? undefined : `default ${usual}`, env, many && "may be repeated"];
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? about : `${about} (${said.join(", ")})`;
}

function checkOperands(command: Command, given: readonly string[]): void {
  const { operands = [] } = command;
  const missing = operands.find((operand, index) => !operand.startsWith("[") && given[index] === undefined);
  const isOpenEnded = operands.at(-1)?.includes("...") === true;
  const extra = isOpenEnded ? undefined : given[operands.length];
  if (missing === undefined && extra === undefined) return;
  const what = missing === undefined ? `unexpected argument '${extra ?? ""}'` : `${missing} is missing`;
  throw new UserError(`obsbox ${command.name}: ${what}`, { hint: `usage: ${usageOf(command)}`, exitCode: 2 });
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parse(command: Command, args: readonly string[]): Parsed {
  const options = Object.entries(command.options).map(([name, { value, many }]) => [
    name,
    { type: value === undefined ? "boolean" : "string", multiple: many === true } as const,
  ]);
  try {
    const allowPositionals = command.operands !== undefined;
    return parseArgs({ args: [...args], options: Object.fromEntries(options), strict: true, allowPositionals });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(". ", 1)[0] ?? "") : String(error);
    const known = Object.keys(command.options).map((name) => `--${name}`);
    throw new UserError(`obsbox ${command.name}: ${message}`, {
      hint: known.length === 0 ? `usage: ${usageOf(command)}` : `expected ${known.join(", ")}`,
      exitCode: 2,
      cause: error,
    });
  }
}
