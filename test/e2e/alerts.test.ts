/** The alert rules in the Prometheus of the box. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { alertsFolder, readRuleFiles, readTestFiles } from "../../alerts/src/rule-files.ts";
import { imageFor } from "../helpers/images.ts";

const run = promisify(execFile);

async function promtool(...args: readonly string[]): Promise<string> {
  const place = ["--volume", `${alertsFolder}:/alerts:ro`, "--workdir", "/alerts", "--network", "none"];
  const command = ["run", "--rm", ...place, "--entrypoint", "promtool", imageFor("prometheus"), ...args];
  const { stdout, stderr } = await run("docker", command);
  return stdout + stderr;
}

test("it takes every rule file, without a finding of its linter", async () => {
  const files = readRuleFiles().map(({ file }) => file);
  const said = await promtool("check", "rules", "--lint=all", "--lint-fatal", ...files);
  expect(said.match(/SUCCESS/g)).toHaveLength(files.length);
});

test("every case passes", { timeout: 15 * 60_000 }, async () => {
  const files = readTestFiles().map(({ file }) => file);
  const said = await promtool("test", "rules", ...files);
  expect(said.match(/SUCCESS/g)).toHaveLength(files.length);
});
