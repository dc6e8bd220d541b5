/** A broken rule file of a user's: the rules of before stay, and Prometheus itself says that it was refused. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import type { StartedTestContainer } from "testcontainers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { customFolders } from "../../cli/box/box.ts";
import { copyPackageFiles } from "../../cli/box/files.ts";
import { makeFolder, sharedFolder } from "../../cli/box/write.ts";
import { problemsIn } from "../../cli/start/reload.ts";
import { imageFor } from "../helpers/images.ts";
import { root } from "../helpers/run-program.ts";
import { waitFor } from "../helpers/wait-for.ts";

const folder = mkdtempSync(join(tmpdir(), "obsbox-alerts-reload-"));
const custom = join(folder, "custom/prometheus");
const own = join(custom, "rules/own.yml");

const ruleWith = (expr: string) => `groups:\n  - name: own\n    rules:\n      - { alert: Own, expr: "${expr}" }\n`;

let prometheus: StartedTestContainer;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  copyPackageFiles(folder, root);
  for (const one of customFolders) makeFolder(join(folder, one), sharedFolder);
  writeFileSync(own, ruleWith("vector(0) > 1"));
  prometheus = await startPrometheus();
}, 120_000);

afterAll(async () => {
  await prometheus.stop({ timeout: 0 });
  rmSync(folder, { recursive: true, force: true });
});

test("a rule file with an error leaves the old rules in use and raises the alert; mended, both are well again", async () => {
  const before = await ruleNames();
  expect(before).toEqual(expect.arrayContaining(["Own", "Watchdog", "PrometheusConfigReloadFailed"]));
  await isScraped(1);

  writeFileSync(own, ruleWith("sum by (up"));
  expect(await whatReloadSays()).toContainEqual(
    expect.stringMatching(/^custom\/prometheus\/rules\/own\.yml: .*"Own".*could not parse expression/),
  );
  hangUp();
  await isScraped(0);
  expect(await ruleNames()).toEqual(before);
  await waitFor("the alert", () => isActive("PrometheusConfigReloadFailed"), 60_000);
  expect(await statesOf("PrometheusConfigReloadFailed")).toEqual(["pending"]);

  writeFileSync(own, ruleWith("vector(0) > 2"));
  hangUp();
  await isScraped(1);
  await waitFor("the end of the alert", async () => !(await isActive("PrometheusConfigReloadFailed")), 60_000);
  expect(await ruleNames()).toEqual(before);
});

function startPrometheus(): Promise<StartedTestContainer> {
  return new GenericContainer(imageFor("prometheus"))
    .withBindMounts([
      { source: join(folder, "config/prometheus"), target: "/etc/prometheus", mode: "ro" },
      { source: custom, target: "/etc/obsbox", mode: "ro" },
    ])
    .withCommand([
      "--config.file=/etc/prometheus/prometheus.yml",
      "--storage.tsdb.path=/prometheus",
      "--web.route-prefix=/prometheus",
    ])
    .withExposedPorts(9090)
    .withWaitStrategy(Wait.forHttp("/prometheus/-/ready", 9090))
    .start();
}

/** From outside, as `obsbox reload` does. */
function hangUp(): void {
  execFileSync("docker", ["kill", "--signal", "SIGHUP", prometheus.getId()], { stdio: "pipe" });
}

/** What `obsbox reload` would print instead of reloading. */
async function whatReloadSays(): Promise<readonly string[]> {
  const { exitCode, output } = await prometheus.exec(["promtool", "check", "config", "/etc/prometheus/prometheus.yml"]);
  expect(exitCode).not.toBe(0);
  return problemsIn(output, { custom: ["/etc/obsbox/", "custom/prometheus/"] }).map((line) => line.trim());
}

/** Waits until Prometheus has stored of itself how its latest reload went. */
async function isScraped(value: 0 | 1): Promise<void> {
  const query = `prometheus_config_last_reload_successful == ${value}`;
  const path = `query?query=${encodeURIComponent(query)}`;
  await waitFor(
    query,
    async () => (await ask<{ readonly result: readonly unknown[] }>(path)).result.length > 0,
    60_000,
  );
}

async function ruleNames(): Promise<readonly string[]> {
  const { groups } = await ask<{ groups: readonly { rules: readonly { name: string }[] }[] }>("rules");
  return groups.flatMap(({ rules }) => rules.map(({ name }) => name)).toSorted();
}

async function statesOf(alert: string): Promise<readonly string[]> {
  interface Alert {
    readonly labels: Readonly<Record<string, string>>;
    readonly state: string;
  }
  const { alerts } = await ask<{ readonly alerts: readonly Alert[] }>("alerts");
  return alerts.filter(({ labels }) => labels["alertname"] === alert).map(({ state }) => state);
}

async function isActive(alert: string): Promise<boolean> {
  return (await statesOf(alert)).length > 0;
}

async function ask<T>(path: string): Promise<T> {
  const url = `http://${prometheus.getHost()}:${prometheus.getMappedPort(9090)}/prometheus/api/v1/${path}`;
  const { data } = (await (await fetch(url)).json()) as { readonly data: T };
  return data;
}
