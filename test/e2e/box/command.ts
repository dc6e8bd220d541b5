/** Commands that run to their end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandSettings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly input?: string;
}

export async function runCommand(
  command: string,
  args: readonly string[],
  { input = "", ...settings }: CommandSettings = {},
): Promise<CommandResult> {
  const child = spawn(command, args, { ...settings, env: { ...process.env, NO_COLOR: "1", ...settings.env } });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}
