/** Runs `docker`: output read as it comes, a deadline, and an end when the caller ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { UserError } from "../errors.ts";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Given to the program on its stdin: the place for what must be in no argument. */
  readonly input?: string;
  /** Leaves stdin open for as long as the program runs: one in a container can tell from its end that nobody listens. */
  readonly keepsInputOpen?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of each line of stdout and stderr. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Output {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const usualTimeoutMs = 60_000;
/** What shells give for a program that SIGINT ended. */
const interruptedCode = 130;

/** Docker's client is not on the PATH. */
export class DockerMissingError extends UserError {
  constructor(cause: unknown) {
    super("docker is not installed, or not on the PATH", {
      hint: "install Docker: https://docs.docker.com/get-docker/",
      cause,
    });
  }
}

/**
 * Runs to the end, whatever the exit code.
 * @throws DockerMissingError without a client; UserError when it takes longer than `timeoutMs`.
 */
export async function runDocker(args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { cwd, env = process.env, input, keepsInputOpen, timeoutMs = usualTimeoutMs, signal, onLine } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const ends = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const child = spawn("docker", args, {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    signal: ends,
    killSignal: "SIGINT",
  });
  // A program that ends without reading what it was given is no trouble of ours.
  child.stdin.on("error", () => undefined);
  if (keepsInputOpen !== true) child.stdin.end(input);
  const stdout = collect(child.stdout, (line) => onLine?.(line, "stdout"));
  const stderr = collect(child.stderr, (line) => onLine?.(line, "stderr"));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  child.on("error", reject);
  try {
    return { code: await promise, stdout: stdout(), stderr: stderr() };
  } catch (error) {
    throw explain(error, args, deadline.aborted ? timeoutMs : undefined);
  }
}

/** @returns What was printed. @throws UserError when it ends with another code than 0. */
export async function dockerOutput(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runDocker(args, options);
  if (code === 0) return stdout;
  throw new UserError(`docker ${nameOf(args)} failed: ${reasonOf(stderr) ?? `exit code ${String(code)}`}`, {
    hint: "obsbox doctor tells more",
  });
}

/** What the client gives as the reason, without the request that it made to the daemon. */
export function reasonOf(stderr: string): string | undefined {
  return lastLine(stderr)?.replace(/: (Get|Post|Head|Delete) "?http.*$/i, "");
}

/** Runs with the terminal of this program, until it ends or the user ends it. @returns Its exit code. */
export async function passThrough(
  args: readonly string[],
  { cwd, env }: Pick<RunOptions, "cwd" | "env">,
): Promise<number> {
  // Ctrl-C reaches the child as well: it ends by itself, and this program after it.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = spawn("docker", args, { cwd, env, stdio: "inherit" });
    const [code] = await once(child, "close");
    return typeof code === "number" ? code : interruptedCode;
  } catch (error) {
    throw explain(error, args, undefined);
  } finally {
    process.off("SIGINT", ignore);
  }
}

/** The last line that is not empty. */
export function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .findLast((line) => line.trim() !== "")
    ?.trim();
}

/** @returns What was read so far. */
function collect(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => string {
  let text = "";
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    const lines = (rest + chunk).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
  return () => text;
}

function explain(error: unknown, args: readonly string[], timeoutMs: number | undefined): unknown {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return new DockerMissingError(error);
  if (timeoutMs === undefined) return error;
  return new UserError(`docker ${nameOf(args)} gave no answer in ${Math.round(timeoutMs / 1000)} s`, {
    hint: "see whether the Docker daemon is well: docker info",
    cause: error,
  });
}

/** The words of a call that say what it does: the rest may be long. */
function nameOf(args: readonly string[]): string {
  return args
    .filter((arg) => !arg.startsWith("-"))
    .slice(0, args[0] === "compose" ? 2 : 1)
    .join(" ");
}
