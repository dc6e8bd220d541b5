/** As many requests as the service bears, by wrk: https://github.com/wg/wrk */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const connections = 32;

export interface Load {
  readonly requests: number;
  readonly requestsPerSecond: number;
}

/** @throws Error that says where to get what is missing. */
export function needTools(): void {
  const missing = ["wrk", "taskset"].filter((tool) => !isThere(tool));
  if (missing.length > 0) throw new Error(`${missing.join(" and ")} is missing: apt-get install wrk util-linux`);
}

export async function saturate(url: string, seconds: number): Promise<Load> {
  const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", url]);
  return readReport(stdout);
}

/** @throws Error when requests failed: fast errors are no achievement. */
export function readReport(text: string): Load {
  const failed = /Non-2xx.*|Socket errors.*/.exec(text)?.[0];
  if (failed !== undefined) throw new Error(`requests failed: ${failed}`);
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  const requestsPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (!(requests > 0 && requestsPerSecond > 0)) throw new Error(`wrk counted no requests: ${text}`);
  return { requests, requestsPerSecond };
}

function isThere(tool: string): boolean {
  try {
    execFileSync("which", [tool], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
