/**
 * What is left of the requests that matter when one of a hundred is kept: by the error-biased sampler, and by the ratio
 * alone, as OpenTelemetry has it. And what strangers can do to either.
 */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { memoryOf } from "../helpers/process-memory.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";

const requests = 3000;
/** Every hundredth fails, another hundredth is slow. */
const each = requests / 100;
const slowMs = 3000;
const connections = 32;

const spansOfOne = { "/": 4, "/slow": 4, "/fail": 3 } as const;
type Path = keyof typeof spansOfOne;

describe(`of ${requests} requests, ${each} of them failing and ${each} slow, with a ratio of 0.01`, () => {
  test("the error-biased sampler keeps all that fail or are slow, whole, and about one of a hundred others", async () => {
    const kept = await keptBy("obsbox_error_biased");
    expect(kept).toMatchObject({ "/fail": each, "/slow": each });
    expect(kept["/"]).toBeGreaterThan(4);
    expect(kept["/"]).toBeLessThan(90);
  });

  test("OpenTelemetry's ratio keeps about one of a hundred of each", async () => {
    const kept = await keptBy("parentbased_traceidratio");
    expect(kept["/fail"] + kept["/slow"]).toBeLessThan(10);
    expect(kept["/"]).toBeLessThan(90);
  });
});

const strangers = 4000;
const callersPerSecond = 10;

describe(`of ${strangers} requests whose callers want them kept, with a ratio of 0.001`, () => {
  test(`the error-biased sampler keeps ${callersPerSecond} a second, and of the rest what chance gives`, async () => {
    const { kept, seconds } = await keptOfStrangers("obsbox_error_biased");
    console.log(`${kept} of ${strangers} kept in ${seconds.toFixed(1)} s`);
    expect(kept).toBeGreaterThanOrEqual(callersPerSecond);
    expect(kept).toBeLessThan(callersPerSecond * (seconds + 2) + 25);
  });

  test("a sampler of OpenTelemetry keeps all that have the flag, unless it is limited too", async () => {
    const unlimited = await keptOfStrangers("parentbased_traceidratio", { OBSBOX_CALLERS_PER_SECOND: "" });
    expect(unlimited.kept).toBe(strangers / 2);
    const { kept, seconds } = await keptOfStrangers("parentbased_traceidratio");
    expect(kept).toBeLessThan(callersPerSecond * (seconds + 2) + 25);
  });
});

test("40,000 jobs that never end fit into a heap of 160 MiB, and what is let go is counted", async () => {
  await using receiver = await startOtlpReceiver();
  const env = { OBSBOX_SLOW_MS: "3600000", OTEL_TRACES_SAMPLER_ARG: "0" };
  // Unbounded, their 120,000 spans would be larger than that.
  await using program = await startApp("obsbox_error_biased", receiver, env, ["--max-old-space-size=160"]);
  await visit(program, ["/leave"]);
  const samples = await scrape(program);
  const [pending] = samplesOf(samples, "obsbox_sampler_pending");
  const dropped = samplesOf(samples, "obsbox_sampler_dropped_total");
  const { peakMiB } = await memoryOf(program.child.pid);
  const reasons = dropped.map(({ labels, value }) => `${value} by ${labels["reason"]}`).join(", ");
  console.log(`${pending?.value} spans wait, let go: ${reasons}; at most ${Math.round(peakMiB)} MiB resident`);
  expect((pending?.value ?? 0) + dropped.reduce((sum, { value }) => sum + value, 0)).toBe(120_000);
  expect(pending?.value).toBeLessThanOrEqual(50_000);
});

/** How many requests to each path have been kept; those that are there are there with all their spans. */
async function keptBy(sampler: string): Promise<Record<Path, number>> {
  await using receiver = await startOtlpReceiver();
  await using program = await startApp(sampler, receiver);
  const paths = Array.from({ length: requests }, (_, index): Path =>
    index % 100 === 17 ? "/fail" : index % 100 === 58 ? "/slow" : "/",
  );
  await visit(program, paths);
  await program.end("SIGTERM");
  const withoutTrace = program.lines().filter((line) => line["labels.trace_sampled"] === false);
  const kept = { "/": 0, "/fail": 0, "/slow": 0 };
  for (const trace of tracesOf(receiver.spans)) {
    const path = trace.find(({ kind }) => kind === 2)?.attributes["url.path"] as Path;
    expect([path, trace.length]).toEqual([path, spansOfOne[path]]);
    kept[path] += 1;
  }
  // Each access line says whether its trace is there.
  expect(withoutTrace).toHaveLength(requests - kept["/"] - kept["/slow"] - kept["/fail"]);
  console.log(
    `${sampler}: ${kept["/fail"]} of ${each} failed, ${kept["/slow"]} of ${each} slow, ${kept["/"]} others kept`,
  );
  return kept;
}

/** Half of them set the flag, half choose an id that every ratio keeps. */
async function keptOfStrangers(sampler: string, env: Record<string, string> = {}) {
  await using receiver = await startOtlpReceiver();
  const limits = { OTEL_TRACES_SAMPLER_ARG: "0.001", OBSBOX_CALLERS_PER_SECOND: String(callersPerSecond), ...env };
  await using program = await startApp(sampler, receiver, limits);
  const headers = Array.from({ length: strangers }, (_, index) => {
    const spanId = randomBytes(8).toString("hex");
    const [traceId, flags] =
      index % 2 === 0
        ? [randomBytes(16).toString("hex"), "01"]
        : [`00000001${"0".repeat(15)}1${spanId.slice(8)}`, "00"];
    return { traceparent: `00-${traceId}-${spanId}-${flags}` };
  });
  const before = performance.now();
  await visit(
    program,
    Array.from({ length: strangers }, () => "/"),
    headers,
  );
  const seconds = (performance.now() - before) / 1000;
  await program.end("SIGTERM");
  return { kept: receiver.spans.filter(({ kind }) => kind === 2).length, seconds };
}

async function startApp(
  sampler: string,
  receiver: OtlpReceiver,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Program> {
  const program = startProgram("sampling-app.mjs", {
    flags: [...flags, ...register],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: "0.01",
      OBSBOX_SLOW_MS: String(slowMs),
      SLOW_MS: String(slowMs + 200),
      ...env,
    },
  });
  await program.port();
  return program;
}

async function visit(program: Program, paths: readonly string[], headers: readonly Record<string, string>[] = []) {
  const url = `http://127.0.0.1:${await program.port()}`;
  let next = 0;
  const visitor = async () => {
    for (let index = next++; index < paths.length; index = next++) {
      const response = await fetch(url + paths[index], { headers: headers[index] ?? {} });
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));
}

function tracesOf(spans: readonly Span[]): Span[][] {
  const requestsOnly = spans.filter(({ name }) => name !== "service start");
  return [...Map.groupBy(requestsOnly, ({ traceId }) => traceId).values()];
}
