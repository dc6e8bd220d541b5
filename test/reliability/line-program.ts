/** The program that writes marked lines, and what became of its lines. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixtures, startCommand, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { compare, marksInLines, readLedger } from "./ledger.ts";
import type { Mark, Verdict } from "./ledger.ts";

/** The SDK, and plain pino in the ways in which its documents show it. */
export type LineLogger = "sdk" | "pino" | "pino-sync" | "pino-async" | "pino-transport";

export interface LineSettings {
  readonly logger: LineLogger;
  readonly producer?: string;
  readonly perSecond: number;
  readonly total: number;
  /** Length of a field that makes the line longer. */
  readonly textLength?: number;
  /** How long the program lives on after its last line, in milliseconds. */
  readonly staysMs?: number;
  /** Whether it ends by itself when it is told to. */
  readonly ownExit?: boolean;
  /** File of plain pino; the SDK is told by the environment. */
  readonly file?: string;
}

/** How the program fared in a quarter of a second. */
export interface State {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Lines whose call had returned. */
  readonly written: number;
  /** Longer than a quarter of a second when the event loop was held. */
  readonly windowMs: number;
  readonly loopMaxMs: number;
  /** Microseconds of a log call. */
  readonly callP99Us: number;
  readonly callMaxUs: number;
  readonly rssMiB: number;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly waitingBytes?: number;
  /** Message of what nobody caught. */
  readonly died?: string;
}

export interface LineFiles {
  /** A folder beside what is tested, for ledger and states. */
  readonly dir: string;
  readonly states: () => State[];
  readonly ledger: () => Mark[];
  /** Compares the ledger with lines. */
  readonly verify: (lines: string) => Verdict;
}

const run = "run";

/** Folders of the current test. */
const folders: string[] = [];

export function makeFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "obsbox-lines-"));
  folders.push(dir);
  return dir;
}

export function removeFolders(): void {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** The argument of the program, and the files that it writes. */
export function lineArguments(settings: LineSettings): { readonly args: string[]; readonly files: LineFiles } {
  const dir = makeFolder();
  const [ledger, states] = [join(dir, "ledger"), join(dir, "states")];
  const producer = settings.producer ?? "p1";
  const readMarks = () => readLedger(ledger);
  const files: LineFiles = {
    dir,
    states: () => completeLines(states).map((line): State => JSON.parse(line)),
    ledger: readMarks,
    verify: (lines) => compare(readMarks(), marksInLines(lines)),
  };
  return { args: [JSON.stringify({ ...settings, run, producer, ledger, states })], files };
}

export function startLines(
  settings: LineSettings,
  env: Readonly<Record<string, string>> = {},
): { readonly program: Program; readonly files: LineFiles } {
  const { args, files } = lineArguments(settings);
  return { program: startProgram("ledger-lines.mjs", { args, env }), files };
}

/** Waits until a number of lines is written. */
export async function written(files: LineFiles, lines: number, timeoutMs?: number): Promise<State> {
  return waitFor(`${lines} lines`, () => files.states().findLast((state) => state.written >= lines), timeoutMs);
}

/** The lines of all log files in a folder, in the order in which they were begun. */
export function linesIn(dir: string): string {
  const names = readdirSync(dir).filter((name) => name.endsWith(".ndjson"));
  return names
    .toSorted()
    .map((name) => readFileSync(join(dir, name), "utf8"))
    .join("");
}

/** Sum over all reasons. */
export function droppedIn(state: State | undefined): number {
  return Object.values(state?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
}

function completeLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return []; // Not begun yet.
  }
}

export interface Piped extends AsyncDisposable {
  /** The shell around both. */
  readonly program: Program;
  readonly files: LineFiles;
  /** Waits for the end of the program itself, not of its reader: its exit code as the shell tells it. */
  exitCode(timeoutMs?: number): Promise<number>;
}

/**
 * Starts the program with a pipe as stdout.
 *
 * @param reader - Commands of the shell that read the pipe.
 */
export function startPiped(settings: LineSettings, reader: string, env: Readonly<Record<string, string>> = {}): Piped {
  const { args, files } = lineArguments(settings);
  const script = `{ "$@"; echo "exit code $?" >&2; } | (${reader})`;
  const command = [process.execPath, join(fixtures, "ledger-lines.mjs"), ...args];
  const program = startCommand("sh", ["-c", script, "sh", ...command], { env, cwd: files.dir });
  return {
    program,
    files,
    exitCode: async (timeoutMs) =>
      Number(await waitFor("the end", () => /^exit code (\d+)$/m.exec(program.stderr())?.[1], timeoutMs)),
    async [Symbol.asyncDispose]() {
      writeFileSync(join(files.dir, "go"), ""); // A reader may wait for it.
      const pid = files.states().at(-1)?.pid;
      if (pid !== undefined && !/^exit code/m.test(program.stderr())) process.kill(pid, "SIGKILL");
      await program[Symbol.asyncDispose]();
    },
  };
}
