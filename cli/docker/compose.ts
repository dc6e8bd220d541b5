/** Calls of `docker compose` for one box. */
import { settings } from "../../stack/settings.ts";
import type { Box } from "../box/box.ts";
import { dockerOutput, runDocker } from "./run.ts";
import type { Output, RunOptions } from "./run.ts";

type Place = Pick<Box, "folder">;

/** Runs to the end, whatever the exit code. */
export function runCompose(box: Place, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  return runDocker(["compose", ...args], { ...options, ...placeOf(box) });
}

/** @returns What was printed. @throws UserError when it fails. */
export function composeOutput(box: Place, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return dockerOutput(["compose", ...args], { ...options, ...placeOf(box) });
}

/** Where and with which variables Compose runs for a box. */
export function placeOf(box: Place): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  return { cwd: box.folder, env: composeEnvironment(process.env, box.folder) };
}

/**
 * Compose lets the shell's variables go before `.env`. A box is what its folder says: what `obsbox env` put into the shell,
 * or another project's COMPOSE_FILE, does not change it.
 */
export function composeEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([key]) => !key.startsWith("COMPOSE_") && !(key in settings));
  return { ...Object.fromEntries(own), PWD: folder, DOCKER_CLI_HINTS: "false" };
}
