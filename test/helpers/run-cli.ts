/** The `obsbox` command from its sources, run to its end. */
import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareBox } from "../../cli/box/prepare.ts";
import { root } from "./run-program.ts";

export const cliMain = join(root, "cli/main.ts");

export const testSubnet = "10.213.78.0/29";

/** Nothing of the machine's own settings. */
export const cliEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OBSBOX_|DOCKER_|OTEL_|VITEST)/.test(name))),
  NO_COLOR: "1",
};

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const { promise, resolve } = Promise.withResolvers<CliResult>();
  const options = { env: { ...cliEnvironment, ...env }, encoding: "utf8", maxBuffer: 1e8 } as const;
  const child = execFile(process.execPath, [cliMain, ...args], options, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  return promise;
}

/** A new box of size small in a folder of its own. */
export async function makeBox(port: number): Promise<string> {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "obsbox-cli-"))), "box");
  // A subnet of its own: a real box may run on this machine.
  const settings = { OBSBOX_PORT: String(port), OBSBOX_GRAFANA_SUBNET: testSubnet };
  await prepareBox(folder, { size: "small", settings });
  return folder;
}
