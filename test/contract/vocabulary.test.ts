import { afterAll, beforeAll, expect, test } from "vitest";
import { logFields, metrics, prometheusLabel, prometheusName } from "@obsbox/sdk/vocabulary";
import { freePort } from "../helpers/free-port.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { adminUrl, scrape } from "../helpers/scrape.ts";
import type { MetricSample } from "../../stack/embedded/records.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Metrics of OpenTelemetry's own span queue, and what every target has. */
const notOurs = /^(otel_sdk_|target_info)/;

/** Labels that the format or the service adds. */
const added = new Set(["le", "service_name", "service_version", "deployment_environment_name"]);

/** Only there when something goes wrong, or on some systems. */
const rare = new Set([
  "obsbox_log_dropped_total",
  "obsbox_metric_overflow_total",
  "obsbox_cluster_processes",
  "obsbox_cluster_late",
  "obsbox_cluster_ended_total",
  "obsbox_diagnostics_total",
  "process_constrained_memory_bytes",
  "v8js_memory_heap_used_after_major_gc_bytes",
  // With OTEL_TRACES_SAMPLER=obsbox_error_biased; test/reliability/sampling.test.ts sees them.
  "obsbox_sampler_traces_total",
  "obsbox_sampler_dropped_total",
  "obsbox_sampler_pending",
]);

/** Of services that use databases, queues or gRPC: the tests of their instrumentations see them. */
const ofBackends = /^(db_client|messaging|rpc)_/;

let receiver: OtlpReceiver;
let program: Program;
let samples: MetricSample[];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  program = startProgram("client-app.mjs", { flags: register, env });
  const base = `http://127.0.0.1:${await program.port()}`;
  const ask = (client: string, url: string) => fetch(`${base}/${encodeURIComponent(JSON.stringify({ client, url }))}`);
  await ask("fetch", `${await adminUrl(program)}/healthz`);
  await ask("http", `http://127.0.0.1:${await freePort()}/`);
  await receiver.requests(1);
  await scrape(program); // New request counters show 0 once.
  samples = await scrape(program);
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const known = new Map(Object.values(metrics).map((metric) => [prometheusName(metric), metric]));
const familyOf = (name: string) => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ""));

test("every metric on /metrics is in the vocabulary, under the labels that it names", () => {
  const unknown = samples.filter(({ name }) => !notOurs.test(name) && !known.has(familyOf(name)));
  expect(unknown.map(({ name }) => name)).toEqual([]);
  for (const { name, labels } of samples.filter((sample) => !notOurs.test(sample.name))) {
    const allowed = new Set(known.get(familyOf(name))?.labels.map(prometheusLabel));
    expect([name, Object.keys(labels).filter((label) => !added.has(label) && !allowed.has(label))]).toEqual([name, []]);
  }
});

test("every metric of the vocabulary is on /metrics", () => {
  const there = new Set(samples.map(({ name }) => familyOf(name)));
  const onLinuxOnly =
    process.platform === "linux" ? [] : ["process_virtual_memory_bytes", "process_open_fds", "process_max_fds"];
  expect(
    [...known.keys()].filter(
      (name) => !there.has(name) && !rare.has(name) && !ofBackends.test(name) && !onLinuxOnly.includes(name),
    ),
  ).toEqual([]);
});

test("every field of the access line and of the start line is in the vocabulary", async () => {
  const lines = await waitFor("an access line", () => program.lines().length > 1 && program.lines());
  const fields = new Set<string>(Object.values(logFields));
  const ours = lines.filter((line) => ["http-request", "service-start"].includes(String(line["event.action"])));
  expect(ours.length).toBeGreaterThan(1);
  expect([...new Set(ours.flatMap((line) => Object.keys(line)))].filter((field) => !fields.has(field))).toEqual([]);
});

const units: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

test.each(Object.values(metrics))(
  "$name: unit and type end its name on /metrics, and its help is a sentence",
  (metric) => {
    const ending = (units[metric.unit] ?? "") + (metric.type === "counter" ? "_total" : "");
    expect(prometheusName(metric)).toMatch(new RegExp(`${ending}$`));
    expect(metric.help).toMatch(/^[A-Z0-9].*[^.]$/);
  },
);
