/** `obsbox alerts slos`, with a stand-in for Docker's client. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { dockerStandIn, goodAnswers } from "../helpers/docker-stand-in.ts";
import type { Answer } from "../helpers/docker-stand-in.ts";
import { freePort } from "../helpers/free-port.ts";
import { readText } from "../helpers/repository.ts";
import { cliEnvironment, cliMain, makeBox } from "../helpers/run-cli.ts";
import type { CliResult } from "../helpers/run-cli.ts";

let folder = "";
beforeEach(async () => void (folder = await makeBox(await freePort())));

const service = (name: string) => ({ metric: { service_name: name }, value: [1, "1"] });
const running: Answer = {
  words: "compose exec -T prometheus promtool query",
  stdout: JSON.stringify([service("payments"), service("orders")]),
};
const stopped: Answer = { words: "compose exec -T prometheus promtool query", code: 1 };

async function slos(answer: Answer, ...args: readonly string[]): Promise<CliResult> {
  const docker = dockerStandIn([answer, ...goodAnswers]);
  const env = { ...cliEnvironment, ...docker.env, OBSBOX_DIR: folder };
  const { promise, resolve } = Promise.withResolvers<CliResult>();
  const child = execFile(process.execPath, [cliMain, "alerts", "slos", ...args], { env }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  return await promise;
}

const own = () => join(folder, "custom/prometheus/slos.yml");
const write = (text: string) => writeFileSync(own(), text);
const rules = () => readFileSync(join(folder, "config/prometheus/rules/slo.rules.yml"), "utf8");
const mine = "slos: [{ name: orders-errors, service: orders, sli: errors, objective: 99.5 }]\n";

test("without a file of one's own it lists the box's objectives and changes nothing", async () => {
  const { code, stdout, stderr } = await slos(running);
  expect(code).toBe(0);
  expect(stdout).toContain("http-errors");
  expect(stdout).toContain("99.9 %");
  expect(stderr).toBe("These are the box's own; write others into custom/prometheus/slos.yml.\n");
  expect(rules()).toBe(readText("alerts/slo.rules.yml"));
});

test("one's own replace the box's, and give way when the file goes", async () => {
  write(mine);
  const { code, stdout, stderr } = await slos(running);
  expect([code, stderr]).toEqual([0, "The rules are written; Prometheus reads them with: obsbox reload\n"]);
  expect(stdout).toContain("orders-errors");
  expect(rules()).toMatch(/^# Made of custom\/prometheus\/slos.yml; changes belong there.\n/);
  expect(rules()).not.toContain("http-errors");
  expect((await slos(running)).stderr).toBe("");
  rmSync(own());
  await slos(running);
  expect(rules()).toBe(readText("alerts/slo.rules.yml"));
});

test.each([
  [
    "an objective of 100",
    "slos: [{ name: a, sli: errors, objective: 100 }]",
    "a: objective is 100",
    "expected a number above 0 and below 100, for instance 99.9",
  ],
  [
    "a service that Prometheus does not know",
    "slos: [{ name: a, service: order, sli: errors, objective: 99 }]",
    'a: service is "order"',
    "expected all, orders, payments",
  ],
  [
    "a threshold that is no bucket",
    "slos: [{ name: a, sli: latency, objective: 99, threshold_seconds: 0.3 }]",
    "a: threshold_seconds is 0.3",
    "expected with sli latency one of the buckets 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10",
  ],
])("%s is refused with what is allowed, and the rules stay", async (_what, text, problem, allowed) => {
  write(text);
  const before = rules();
  const { code, stdout, stderr } = await slos(running);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`obsbox: custom/prometheus/slos.yml: ${problem}`);
  expect(stderr).toContain(allowed);
  expect(rules()).toBe(before);
});

test("all problems are said at once", async () => {
  write("slos: [{ name: a, sli: speed, objective: 0 }]");
  const { stderr } = await slos(running);
  expect(stderr).toContain('a: sli is "speed"; and a: objective is 0');
});

test("while the box is stopped, names of services are taken as they are, and that is said", async () => {
  write(mine);
  const { code, stdout, stderr } = await slos(stopped, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ own: true, servicesChecked: false, changed: true });
  expect(stderr).toBe("");
  expect((await slos(stopped)).stderr).toContain(
    "Prometheus does not answer, so the names of services were not checked",
  );
});
