#!/usr/bin/env node
/** The `obsbox` command: finds the command, runs it, turns errors into exit codes. */
import { helpOf, readInput } from "./command.ts";
import type { Command } from "./command.ts";
import { dev } from "./commands/dev.ts";
import { UserError } from "./errors.ts";
import { packageVersion } from "./paths.ts";

const commands: readonly Command[] = [dev];

const usage = [
  "Observability in a box for Node.js teams.",
  "",
  "Usage: obsbox <command> [options]",
  "",
  ...commands.map(({ name, about }) => `  ${name.padEnd(8)}  ${about}`),
  "",
  "obsbox <command> --help tells more.",
  "",
].join("\n");

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  try {
    return await dispatch(name, args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // A bug: its stack is what helps.
    process.stderr.write(`obsbox: ${error.message}\n  ${error.hint}\n`);
    return error.exitCode;
  }
}

async function dispatch(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === "--version") return print(`${packageVersion}\n`);
  if (name === undefined || name === "--help" || name === "help") return print(usage);
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    throw new UserError(`there is no command ${name}`, {
      hint: `expected one of ${commands.map((known) => known.name).join(", ")}`,
      exitCode: 2,
    });
  }
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (own.includes("--help")) return print(helpOf(command));
  return command.run(readInput(command, args, process.env));
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
