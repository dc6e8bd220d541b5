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
}

export interface Command {
  readonly name: string;
  readonly about: string;
  /** What follows the options in the usage line. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** @returns The exit code. */
  run(input: Input): Promise<number>;
}

export interface Input {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly isOn: (name: string) => boolean;
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** @throws UserError for options that the command does not have. */
export function readInput(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Input {
  const end = args.indexOf("--");
  const own = end === -1 ? args : args.slice(0, end);
  const values = parse(command, own);
  const valueOf = (name: string) => {
    const { env: variable, default: usual } = command.options[name] ?? {};
    const given = values[name];
    return typeof given === "string" ? given : ((variable === undefined ? undefined : env[variable]) ?? usual);
  };
  const names = Object.keys(command.options);
  return {
    values: Object.fromEntries(names.map((name) => [name, valueOf(name)])),
    isOn: (name) => values[name] === true,
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
    `Usage: obsbox ${command.name} [options] ${command.usage}`,
    "",
    ...lines.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`),
    "",
  ].join("\n");
}

function aboutOf({ about, env, default: usual }: Option): string {
  const notes = [usual === undefined ? undefined : `default ${usual}`, env].filter((note) => note !== undefined);
  return notes.length === 0 ? about : `${about} (${notes.join(", ")})`;
}

function parse(command: Command, args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.entries(command.options).map(([name, { value }]) => [
    name,
    { type: value === undefined ? "boolean" : "string" } as const,
  ]);
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), strict: true }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(". ", 1)[0] ?? "") : String(error);
    const known = Object.keys(command.options).map((name) => `--${name}`);
    throw new UserError(`obsbox ${command.name}: ${message}`, {
      hint: `expected ${known.join(", ")}`,
      exitCode: 2,
      cause: error,
    });
  }
}
