import { afterAll, beforeAll, expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

let receiver: OtlpReceiver;
let program: Program;
let base: string;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  program = startProgram("threads-app.mjs", {
    flags: register,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: "threads" },
  });
  base = `http://127.0.0.1:${await program.port()}`;
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function jobs(): Promise<number> {
  return samplesOf(await scrape(program), "jobs_done_total").reduce((sum, { value }) => sum + value, 0);
}

async function ask(path: string): Promise<string> {
  return (await fetch(base + path)).text();
}

test("spans and log lines of a thread are those of the service, in the trace of the request", async () => {
  const traceId = await ask("/");
  const span = await waitFor("the span of the thread", () => receiver.spans.find(({ name }) => name === "compute"));
  expect(span.traceId).toBe(traceId);
  const line = await waitFor("its line", () => program.lines().find(({ message }) => message === "computed"));
  expect(line).toMatchObject({ "service.name": "threads", "trace.id": traceId });
});

test("what threads count is on the service's /metrics, also after they have ended", async () => {
  const before = await jobs();
  await ask("/");
  expect(await jobs()).toBe(before + 2);
  await ask("/");
  await ask("/end");
  expect(await jobs()).toBe(before + 4);
  await ask("/");
  expect(await jobs()).toBe(before + 6);
  await ask("/terminate");
  expect(await jobs()).toBe(before + 6);
});

test("metrics of the process are told once, by its main thread", async () => {
  const samples = await scrape(program);
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "target_info"]) {
    expect([name, samplesOf(samples, name).length]).toEqual([name, 1]);
  }
  expect(samplesOf(samples, "process_resident_memory_bytes")[0]?.value).toBeLessThan(400e6);
  expect(program.lines().filter((line) => line["event.action"] === "service-start")).toHaveLength(1);
  expect(program.stderr()).toBe("");
});
