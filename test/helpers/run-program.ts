/** Programs in child processes: what they print, how they end. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { waitFor } from "./wait-for.ts";

export const root = join(import.meta.dirname, "../..");
export const fixtures = join(root, "test/fixtures");

export interface ProgramSettings {
  /** Path of the Node.js that runs it. */
  readonly node?: string;
  /** Flags of Node.js. */
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Lines of stdout that are JSON objects. */
  readonly lines: () => Record<string, unknown>[];
  /** Waits for the port that the program prints as `listening <port>`. */
  port(): Promise<number>;
  /** Waits for its end: the exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** The flag that starts the SDK, as users give it. */
export const register = ["--import", "@obsbox/sdk/register"] as const;

/** Environment of a service under test: nothing of the machine's own telemetry settings. */
const cleanEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|OBSBOX_|NODE_OPTIONS|NODE_ENV|LOG_LEVEL|VITEST|FORCE_COLOR)/.test(name),
  ),
);

/** Services under test take any port, stay on this machine, and do not wait before they send. */
const testEnv = {
  OTEL_EXPORTER_PROMETHEUS_PORT: "0",
  OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
  OTEL_BSP_SCHEDULE_DELAY: "20",
};

/** Starts a file of `test/fixtures`, or of any other folder by its path. */
export function startProgram(file: string, settings: ProgramSettings = {}): Program {
  const { node = process.execPath, flags = [], args = [], env = {}, cwd = root } = settings;
  const path = file.includes("/") ? join(root, file) : join(fixtures, file);
  return startCommand(node, [...flags, path, ...args], { env, cwd });
}

/** Starts any command. */
export function startCommand(
  command: string,
  args: readonly string[],
  { env = {}, cwd = root }: ProgramSettings = {},
): Program {
  const child = spawn(command, args, {
    cwd,
    env: { ...cleanEnv, ...testEnv, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.stderr += chunk));
  const closed = once(child, "close");
  const ended = async () => {
    await closed;
    return child.exitCode ?? child.signalCode ?? 0;
  };
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    lines: () => text.stdout.split("\n").flatMap(parseObject),
    port: () =>
      waitFor(`the port of ${args.join(" ")}`, () => {
        if (child.exitCode !== null) throw new Error(`it has ended: ${text.stderr}`);
        const port = /^listening (\d+)$/m.exec(text.stdout)?.[1];
        return port === undefined ? undefined : Number(port);
      }),
    ended,
    async end(signal = "SIGTERM") {
      child.kill(signal);
      return ended();
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function parseObject(line: string): Record<string, unknown>[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
