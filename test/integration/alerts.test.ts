/** The alert rules in Debian's Prometheus, which is the oldest that they are made for: syntax, lint, cases, mutants. */
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { runMutation } from "../../alerts/src/mutation.ts";
import { alertsFolder, readRuleFiles, readTestFiles } from "../../alerts/src/rule-files.ts";
import { sloTests, testsText } from "../../alerts/src/slo-files.ts";
import { sloRulesText } from "../../alerts/src/slo-text.ts";
import { readSlos } from "../../alerts/src/slo.ts";
import { need, tools } from "../helpers/tools.ts";

const run = promisify(execFile);
const minutes = 60_000;

/** What it printed; a refusal is shown as it is. */
async function promtool(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(command, [...args], { cwd: alertsFolder }).catch((error: unknown) => {
    throw new Error(String(Reflect.get(Object(error), "stdout")) + String(Reflect.get(Object(error), "stderr")));
  });
  return stdout + stderr;
}

test("every rule file is taken, without a finding of the linter", async (context) => {
  const command = await need(tools.promtool, context);
  const files = readRuleFiles().map(({ file }) => file);
  expect(files.length).toBeGreaterThan(10);
  const said = await promtool(command, ["check", "rules", "--lint=all", "--lint-fatal", ...files]);
  expect(said.match(/SUCCESS/g)).toHaveLength(files.length);
});

describe("the cases of", () => {
  test.for(readTestFiles().map(({ file }) => file))("%s pass", { timeout: 5 * minutes }, async (file, context) => {
    const command = await need(tools.promtool, context);
    expect(await promtool(command, ["test", "rules", file])).toContain("SUCCESS");
  });
});

const own = stringify({
  slos: [
    { name: "http-errors", sli: "errors", objective: 99.9 },
    { name: "checkout-errors", service: "checkout", sli: "errors", objective: 95 },
    { name: "fast", service: "checkout", sli: "latency", threshold_seconds: 0.5, objective: 99 },
    { name: "in-a-second", sli: "latency", threshold_seconds: 1, objective: 90 },
  ],
});

describe("rules of other objectives", () => {
  const { slos } = readSlos(own);

  test(
    "pass the same cases: one service, latency, thresholds that no share can pass",
    async (context) => {
      const command = await need(tools.promtool, context);
      const folder = mkdtempSync(join(tmpdir(), "obsbox-slos-"));
      // One objective at a time, because the cases of one expect no alert of another.
      const made = slos.map((slo) => {
        const place = mkdtempSync(join(folder, "slo-"));
        writeFileSync(join(place, "slo.rules.yml"), sloRulesText([slo], "slos.yml"));
        for (const { part, interval, casesOf } of sloTests) {
          writeFileSync(join(place, `${part}test.yml`), testsText([{ ...slo, without: [] }], interval, casesOf));
        }
        return place;
      });
      for (const place of made) {
        await promtool(command, ["check", "rules", "--lint=all", "--lint-fatal", join(place, "slo.rules.yml")]);
        await promtool(command, ["test", "rules", ...sloTests.map(({ part }) => join(place, `${part}test.yml`))]);
      }
      expect(made).toHaveLength(4);
    },
    10 * minutes,
  );

  test("measure a service by its own objective alone", async (context) => {
    const command = await need(tools.promtool, context);
    const folder = mkdtempSync(join(tmpdir(), "obsbox-slos-"));
    writeFileSync(join(folder, "slo.rules.yml"), sloRulesText(slos, "slos.yml"));
    const requests = (service: string) => ({
      series: `obsbox_http_requests_total{service_name="${service}", status_class="5xx"}`,
      values: "0+10x30",
    });
    const expected = (service: string, slo: string) => ({
      labels: `service:slo_http_errors:ratio_rate30m{service_name="${service}", slo="${slo}"}`,
      value: 1,
    });
    const cases = {
      rule_files: ["slo.rules.yml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: ["orders", "checkout"].map(requests),
          promql_expr_test: [
            {
              expr: "service:slo_http_errors:ratio_rate30m",
              eval_time: "30m",
              exp_samples: [expected("orders", "http-errors"), expected("checkout", "checkout-errors")],
            },
          ],
        },
      ],
    };
    writeFileSync(join(folder, "own.test.yml"), stringify(cases));
    expect(await promtool(command, ["test", "rules", join(folder, "own.test.yml")])).toContain("SUCCESS");
  });
});

test(
  "every mutant of logs.yml and telemetry.yml is noticed; the others are in the long tests",
  async (context) => {
    const command = await need(tools.promtool, context);
    const outcomes = await runMutation({ topics: ["logs", "telemetry"], promtool: command });
    expect(outcomes.length).toBeGreaterThan(15);
    expect(outcomes.filter(({ end }) => end !== "killed")).toEqual([]);
  },
  5 * minutes,
);
