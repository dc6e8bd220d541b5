/** PM2 with a daemon and a folder of its own, which both go with it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, startCommand } from "./run-program.ts";
import { waitFor } from "./wait-for.ts";

export interface Pm2 extends AsyncDisposable {
  /** Runs a command of it, and waits until it has ended well. */
  run(...args: readonly string[]): Promise<void>;
  /** What the services have written to stdout, as PM2 keeps it. */
  output(application: string): Promise<string>;
}

/** @param env - What the services get. */
export async function startPm2(env: Readonly<Record<string, string>>): Promise<Pm2> {
  const home = await mkdtemp(join(tmpdir(), "pm2-"));
  const command = join(root, "node_modules/pm2/bin/pm2");
  const run = async (...args: readonly string[]) => {
    await using program = startCommand(process.execPath, [command, ...args], { env: { ...env, PM2_HOME: home } });
    const code = await program.ended();
    if (code !== 0) throw new Error(`pm2 ${args.join(" ")} ended with ${code}: ${program.stdout()}${program.stderr()}`);
  };
  return {
    run,
    async output(application) {
      const files = (await readdir(join(home, "logs"))).filter((name) => name.startsWith(`${application}-out`));
      return (await Promise.all(files.map((name) => readFile(join(home, "logs", name), "utf8")))).join("");
    },
    async [Symbol.asyncDispose]() {
      const daemon = Number(await readFile(join(home, "pm2.pid"), "utf8"));
      await run("kill");
      await waitFor("the end of PM2's daemon", () => !isAlive(daemon));
      await rm(home, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
