/** Programs that some tests need beside Node.js. Without them the test is skipped and says so; CI has them all. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TestContext } from "vitest";

const run = promisify(execFile);

export interface Tool {
  readonly command: string;
  /** Arguments that show that it is there. */
  readonly probe: readonly string[];
  /** Where it comes from. */
  readonly install: string;
}

export const tools = {
  chromium: {
    command: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    probe: ["--version"],
    install: "Debian's package chromium",
  },
  prometheus: { command: "prometheus", probe: ["--version"], install: "Debian's package prometheus" },
  promtool: { command: "promtool", probe: ["--version"], install: "Debian's package prometheus" },
  openMetricsParser: {
    command: process.env["PYTHON"] ?? "/usr/bin/python3",
    probe: ["-c", "import prometheus_client.openmetrics.parser"],
    install: "Debian's package python3-prometheus-client",
  },
  taskset: { command: "taskset", probe: ["-c", "1", "true"], install: "util-linux, on a machine with two cores" },
} as const satisfies Record<string, Tool>;

/** Gives the command of a tool; skips the test where it is not installed. */
export async function need({ command, probe, install }: Tool, { skip }: Pick<TestContext, "skip">): Promise<string> {
  try {
    await run(command, [...probe]);
    return command;
  } catch {
    return skip(`${command} is not there; install ${install}`);
  }
}
