#!/usr/bin/env node
/** The `obsbox` command: finds the command, runs it, turns errors into exit codes. */
import { helpOf, readInput } from "./command.ts";
import type { Command } from "./command.ts";
import { slos } from "./commands/alerts-slos.ts";
import { alerts } from "./commands/alerts.ts";
import { destroy } from "./commands/destroy.ts";
import { dev } from "./commands/dev.ts";
import { doctor } from "./commands/doctor.ts";
import { down } from "./commands/down.ts";
import { env } from "./commands/env.ts";
import { exportCommand } from "./commands/export.ts";
import { importKibana } from "./commands/import-kibana.ts";
import { imports } from "./commands/import.ts";
import { init } from "./commands/init.ts";
import { logs } from "./commands/logs.ts";
import { open } from "./commands/open.ts";
import { reload } from "./commands/reload.ts";
import { status } from "./commands/status.ts";
import { targets } from "./commands/targets.ts";
import { tokens } from "./commands/tokens.ts";
import { trust } from "./commands/trust.ts";
import { up } from "./commands/up.ts";
import { users } from "./commands/users.ts";
import { UserError } from "./errors.ts";
import { explainFileError } from "./file-errors.ts";
import { packageVersion } from "./paths.ts";

const groups: readonly (readonly [title: string, commands: readonly Command[]])[] = [
  ["Without containers", [dev]],
  ["The whole box, with Docker", [up, init, down, destroy]],
  ["Look at it", [status, open, logs, doctor]],
  ["Connect services", [env, ...targets, reload]],
  ["Alerts", [...alerts, slos]],
  ["People and machines", [...users, ...tokens, trust]],
  ["Into what you already run", [...imports, importKibana, exportCommand]],
];

const commands = groups.flatMap(([, group]) => group);

const usage = [
  "Observability in a box for Node.js teams.",
  "",
  "Usage: obsbox <command> [options]",
  "",
  ...groups.flatMap(([title, group]) => [title, listOf(group)]),
  "obsbox <command> --help tells more.",
  "",
].join("\n");

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    const known = error instanceof UserError ? error : explainFileError(error);
    if (known === undefined) throw error; // A bug: its stack is what helps.
    process.stderr.write(`obsbox: ${known.message}\n  ${known.hint}\n`);
    return known.exitCode;
  }
}

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") return print(`${packageVersion}\n`);
  if (name === undefined || name === "--help" || name === "help") return print(usage);
  const ofGroup = groupOf([name, ...args]);
  if (ofGroup.length > 0) return print(listOf(ofGroup));
  const [command, rest] = findCommand(name, args);
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (own.includes("--help")) return print(helpOf(command));
  return command.run(readInput(command, rest, process.env));
}

/** Commands that begin with these words; none where the words go on, or are a command. */
function groupOf(words: readonly string[]): readonly Command[] {
  const group = words.at(-1) === "--help" ? words.slice(0, -1).join(" ") : words.join(" ");
  return commands.filter(({ name }) => name.startsWith(`${group} `));
}

/** A line for each command, all as wide as the longest name of any. */
function listOf(some: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `${some.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join("\n")}\n`;
}

/** A command's name has one to three words. @returns The command, and what stands behind its name. */
function findCommand(name: string, args: readonly string[]): readonly [Command, readonly string[]] {
  const [verb] = args;
  for (const count of [2, 1, 0]) {
    const words = [name, ...args.slice(0, count)].join(" ");
    const command = commands.find((known) => known.name === words);
    if (command !== undefined) return [command, args.slice(count)];
  }
  const verbs = commands.filter((known) => known.name.startsWith(`${name} `)).map((known) => known.name);
  const expected = verbs.length > 0 ? verbs : [...new Set(commands.map((known) => known.name.split(" ", 1)[0] ?? ""))];
  const given = verbs.length > 0 && verb !== undefined ? `${name} ${verb}` : name;
  throw new UserError(`there is no command ${given}`, { hint: `expected one of ${expected.join(", ")}`, exitCode: 2 });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
