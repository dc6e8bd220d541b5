/** Runs the program whose telemetry the box shows. Its output is passed on and read; its end is ours. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { createLineAssembler } from "../lines/assemble.ts";
import { createLineSplitter } from "../lines/split.ts";
import type { Line } from "../lines/split.ts";
import type { Store } from "../store/store.ts";

export interface ProgramSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly store: Store;
  /** Prints one line of the program. */
  readonly print: (line: string, stream: "stdout" | "stderr") => void;
}

/** As a shell does: the command is not there, or cannot be run. */
const notFound = 127;
const notExecutable = 126;

/** Thrown when the program cannot be started. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs the program to its end, SIGINT and SIGTERM included.
 *
 * @returns Its exit code, or 128 and the number of the signal that ended it.
 * @throws ProgramError when it cannot be started.
 */
export async function runProgram({ command, args, env, store, print }: ProgramSettings): Promise<number> {
  const child = spawn(command, args, { env, stdio: ["inherit", "pipe", "pipe"], shell: process.platform === "win32" });
  const stopForwarding = forwardSignals(child);
  const service = nameOf(command, args);
  const read = (stream: Readable, name: "stdout" | "stderr") => {
    const lines = createLineSplitter();
    const records = createLineAssembler({ service, stream: name }, (record) => store.addLogs([record]));
    const take = (line: Line) => {
      print(line.text, name);
      records.push(line);
    };
    stream.on("data", (chunk: Buffer) => lines.push(chunk).forEach(take));
    stream.on("end", () => {
      lines.end().forEach(take);
      records.flush();
    });
  };
  read(child.stdout, "stdout");
  read(child.stderr, "stderr");
  try {
    const [code, signal]: [number | null, NodeJS.Signals | null] = await closing(child);
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    throw startError(command, error);
  } finally {
    stopForwarding();
  }
}

async function closing(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const [code, signal] = await once(child, "close"); // Rejects when the program cannot be started.
  return [code, signal];
}

/** What lines are called that do not tell their service: the script that runs, else the command. */
function nameOf(command: string, args: readonly string[]): string {
  const script = args.find((argument) => /\.[cm]?[jt]s$/.test(argument));
  return basename(script ?? command);
}

/** Ctrl-C reaches the whole group of a terminal by itself; a second one would end the program before it is done. */
function forwardSignals(child: ChildProcess): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    const hasGotIt = signal === "SIGINT" && process.stdin.isTTY;
    if (!hasGotIt) child.kill(signal);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  };
}

function startError(command: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return new ProgramError(`${command}: command not found`, notFound);
  if (code === "EACCES") return new ProgramError(`${command}: permission denied`, notExecutable);
  return error;
}
