/** A Prometheus of Debian on this machine, as a team has one: with a folder that its `rule_files` reads. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { freePort } from "./free-port.ts";
import { startCommand } from "./run-program.ts";
import { need, tools } from "./tools.ts";
import { waitFor } from "./wait-for.ts";

export interface RunningPrometheus extends AsyncDisposable {
  readonly url: string;
  /** What its `rule_files` reads. */
  readonly rulesDir: string;
  /** Any other folder. */
  readonly otherDir: string;
  readonly ask: (path: string) => Promise<unknown>;
  /** Writes another file of rules, as somebody else would. */
  readonly writeRules: (name: string, text: string) => void;
}

export interface PrometheusChoice {
  /** Addresses that it scrapes. */
  readonly scrapes?: readonly string[];
  /** Reloads by HTTP. */
  readonly reloads?: boolean;
}

export async function startPrometheus(
  context: Pick<TestContext, "skip">,
  { scrapes = [], reloads = true }: PrometheusChoice = {},
): Promise<RunningPrometheus> {
  const command = await need(tools.prometheus, context);
  const folder = mkdtempSync(join(tmpdir(), "obsbox-their-prometheus-"));
  const [rulesDir, otherDir] = [join(folder, "rules"), join(folder, "other")];
  for (const path of [rulesDir, otherDir]) mkdirSync(path);
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [join(rulesDir, "*.yml")],
    scrape_configs: [{ job_name: "app", static_configs: [{ targets: scrapes }] }],
  };
  // JSON is YAML too.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", `--web.listen-address=${address}`];
  const program = startCommand(command, [...flags, ...(reloads ? ["--web.enable-lifecycle"] : [])], { cwd: folder });
  const url = `http://${address}`;
  await waitFor("Prometheus", async () => {
    if (program.child.exitCode !== null) throw new Error(program.stderr());
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return {
    url,
    rulesDir,
    otherDir,
    ask: async (path) => (await fetch(`${url}${path}`)).json(),
    writeRules: (name, text) => writeFileSync(join(rulesDir, name), text),
    [Symbol.asyncDispose]: async () => program[Symbol.asyncDispose](),
  };
}
