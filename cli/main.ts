#!/usr/bin/env node
/** The `obsbox` command: finds the command, runs it, turns errors into exit codes. */
import { helpOf, readInput } from "./command.ts";
import type { Command } from "./command.ts";
import { dev } from "./commands/dev.ts";
import { down } from "./commands/down.ts";
import { init } from "./commands/init.ts";
import { status } from "./commands/status.ts";
import { up } from "./commands/up.ts";
import { UserError } from "./errors.ts";
import { packageVersion } from "./paths.ts";

const groups: readonly (readonly [title: string, commands: readonly Command[]])[] = [
  ["Without containers", [dev]],
  ["The whole box", [init, up, down]],
  ["Look", [status]],
];

const commands = groups.flatMap(([, group]) => group);
const width = Math.max(...commands.map(({ name }) => name.length));

const usage = [
  "Observability in a box for Node.js teams.",
  "",
  "Usage: obsbox <command> [options]",
  "",
  ...groups.flatMap(([title, group]) => [
    title,
    ...group.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    "",
  ]),
  "obsbox <command> --help tells more.",
  "",
].join("\n");

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // A bug: its stack is what helps.
    process.stderr.write(`obsbox: ${error.message}\n  ${error.hint}\n`);
    return error.exitCode;
  }
}

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") return print(`${packageVersion}\n`);
  if (name === undefined || name === "--help" || name === "help") return print(usage);
  const [command, rest] = findCommand(name, args);
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (own.includes("--help")) return print(helpOf(command));
  return command.run(readInput(command, rest, process.env));
}

/** A command's name has one word, or two. @returns The command, and what stands behind its name. */
function findCommand(name: string, args: readonly string[]): readonly [Command, readonly string[]] {
  const [verb] = args;
  const ofTwo = commands.find((known) => known.name === `${name} ${verb ?? ""}`);
  if (ofTwo !== undefined) return [ofTwo, args.slice(1)];
  const command = commands.find((known) => known.name === name);
  if (command !== undefined) return [command, args];
  const verbs = commands.filter((known) => known.name.startsWith(`${name} `)).map((known) => known.name);
  const expected = verbs.length > 0 ? verbs : [...new Set(commands.map((known) => known.name.split(" ", 1)[0] ?? ""))];
  const given = verbs.length > 0 && verb !== undefined ? `${name} ${verb}` : name;
  throw new UserError(`there is no command ${given}`, { hint: `expected one of ${expected.join(", ")}`, exitCode: 2 });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
