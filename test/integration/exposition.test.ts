import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { register, startCommand, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl, samplesOf, scrape, scrapeText } from "../helpers/scrape.ts";
import { need, tools } from "../helpers/tools.ts";
import { waitFor } from "../helpers/wait-for.ts";

let program: Program;

beforeAll(async () => {
  program = startProgram("metrics-app.mjs", { flags: register, env: { OTEL_SERVICE_NAME: "metrics-app" } });
  await fetch(`http://127.0.0.1:${await program.port()}/`);
  return () => program[Symbol.asyncDispose]();
});

test("promtool accepts the classic text", async (context) => {
  const promtool = await need(tools.promtool, context);
  const classic = await scrapeText(program, "text/plain;version=0.0.4");
  // The default metrics of prom-client that we do not have stay as they are.
  const lines = classic.split("\n").filter((line) => !line.includes("nodejs_active_"));
  expect(await pipe(promtool, ["check", "metrics"], lines.join("\n"))).toBe("");
});

test("a strict parser accepts the OpenMetrics text, exemplars included", async (context) => {
  const python = await need(tools.openMetricsParser, context);
  const openMetrics = await scrapeText(program);
  const script = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
print(json.dumps({"families": len(families), "exemplars": sum(1 for f in families for s in f.samples if s.exemplar)}))`;
  const { families, exemplars } = JSON.parse(await pipe(python, ["-c", script], openMetrics));
  expect(families).toBeGreaterThan(30);
  expect(exemplars).toBeGreaterThanOrEqual(5);
});

test("Prometheus scrapes it as OpenMetrics and gives the exemplars back", async (context) => {
  const prometheus = await need(tools.prometheus, context);
  const folder = await mkdtemp(join(tmpdir(), "obsbox-prometheus-"));
  const target = new URL(await adminUrl(program)).host;
  await writeFile(
    join(folder, "prometheus.yml"),
    `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: app, static_configs: [{targets: ["${target}"]}]}]\n`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", `--web.listen-address=${address}`];
  await using _server = startCommand(prometheus, [...flags, "--enable-feature=exemplar-storage"], { cwd: folder });
  const query = async <T>(path: string) => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { data } = (await response.json()) as { readonly data: T };
    return data;
  };
  await waitFor("up == 1", async () => (await query<Vector>("query?query=up")).result[0]?.value[1] === "1");
  const { activeTargets } = await query<{ activeTargets: unknown[] }>("targets");
  expect(activeTargets).toMatchObject([{ health: "up", lastError: "" }]);
  const range = `start=0&end=${Date.now() / 1000 + 60}`;
  const [found] = await waitFor("exemplars", async () => {
    const all = await query<ExemplarSeries[]>(`query_exemplars?query=cart_checkout_duration_seconds_bucket&${range}`);
    return all.length > 0 && all;
  });
  expect(found?.exemplars[0]?.labels["trace_id"]).toMatch(/^[0-9a-f]{32}$/);
  const { result } = await query<Vector>("query?query=orders_placed_total");
  expect(result[0]?.metric).toMatchObject({ service_name: "metrics-app", kind: 'a"b\\c\nd' });
});

test("units become suffixes, and every series carries the service", async () => {
  const samples = await scrape(program);
  const names = new Set(samples.map(({ name }) => name));
  for (const name of [
    "orders_placed_total",
    "bytes_sent_bytes_total",
    "cache_hit_ratio",
    "cart_checkout_duration_seconds_bucket",
    "queue_depth",
  ]) {
    expect(names).toContain(name);
  }
  const without = samples.filter(
    ({ name, labels }) => name !== "target_info" && labels["service_name"] !== "metrics-app",
  );
  expect(without).toEqual([]);
});

test("two scopes that write one series make one series", async () => {
  const samples = await scrape(program);
  expect(samplesOf(samples, "shared_work_total")).toMatchObject([{ value: 2, labels: { a_b: "1" } }]);
  expect(samplesOf(samples, "open_things")).toHaveLength(1);
});

test("prom-client joins by itself, another registry when it is registered, and neither renames or overrides", async () => {
  const samples = await scrape(program);
  expect(samplesOf(samples, "legacy_requests_total")).toMatchObject([{ value: 5, labels: { code: "200" } }]);
  expect(samplesOf(samples, "legacy_no_suffix")).toMatchObject([{ value: 7 }]);
  expect(samplesOf(samples, "legacy_seconds_bucket").map(({ labels }) => labels["le"])).toEqual([
    "0.1",
    "1.0",
    "10.0",
    "+Inf",
  ]);
  expect(samplesOf(samples, "new_client_events_total")).toMatchObject([{ value: 4 }]);
  expect(samplesOf(samples, "orders_placed_total")).toMatchObject([{ value: 2 }]);
  expect(samplesOf(samples, "process_cpu_seconds_total")).toHaveLength(1);
  expect(program.stderr()).toMatch(/metric orders_placed_total of a Prometheus registry is left out/);
});

test("the command line and paths of the process are not published", async () => {
  const [info] = samplesOf(await scrape(program), "target_info");
  expect(info?.labels).toMatchObject({ service_name: "metrics-app", telemetry_distro_name: "obsbox" });
  expect(JSON.stringify(info)).not.toMatch(/command|metrics-app\.mjs|owner|executable/);
});

interface Vector {
  readonly result: readonly { readonly value: readonly [number, string]; readonly metric: Record<string, string> }[];
}

interface ExemplarSeries {
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** Runs a command with a text as its input; gives its output, or throws what it wrote to stderr. */
async function pipe(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, { stdio: "pipe" });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (child.exitCode !== 0) throw new Error(`${command} ended with ${child.exitCode}\n${errors}`);
  return output;
}
