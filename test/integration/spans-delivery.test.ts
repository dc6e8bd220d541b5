/** How spans are sent: connections, certificates, answers, what a service sees of it, and the books about it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { portOf } from "../../stack/embedded/http/server.ts";
import { startFaultyReceiver } from "../helpers/faulty-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { statusOf } from "../helpers/span-outage.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Env = Readonly<Record<string, string>>;

function startService(url: string, env: Env = {}): Program {
  return startProgram("fault-service.mjs", { flags: register, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env } });
}

async function ask(program: Program, times = 1): Promise<void> {
  const port = await program.port();
  for (let each = 0; each < times; each++) await fetch(`http://127.0.0.1:${port}/orders/${each}`);
}

test("batches go over connections that stay open, and our own requests make no spans", async () => {
  await using receiver = await startFaultyReceiver();
  await using program = startService(receiver.url);
  for (let round = 1; round <= 4; round++) {
    await ask(program);
    await waitFor(`round ${round}`, () => receiver.taken() === 2 * round);
  }
  // Two when the span of the start was still under way.
  expect(receiver.connections()).toBeLessThanOrEqual(2);
  expect(receiver.requests.length).toBeGreaterThanOrEqual(4);
});

test("a receiver that closes idle connections takes the next batch all the same", async () => {
  await using receiver = await startFaultyReceiver();
  await using program = startService(receiver.url);
  await ask(program);
  await waitFor("the first batch", () => receiver.taken() === 2);
  await receiver.become("refused");
  await receiver.become("healthy");
  await ask(program);
  await waitFor("the second batch", () => receiver.taken() === 4);
  expect(program.stderr()).toBe("");
});

test.each([
  ["http/protobuf", Buffer.from([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x68, 0x69])],
  ["http/json", JSON.stringify({ partialSuccess: { rejectedSpans: "2", errorMessage: "hi" } })],
])("spans that a receiver does not take are counted and said (%s)", async (protocol, body) => {
  await using receiver = await startFaultyReceiver();
  await using program = startService(receiver.url, { OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
  await waitFor("the span of the start", async () => (await statusOf(program)).sent === 1);
  await receiver.become({ status: 200, body });
  await ask(program);
  await waitFor("the count", async () => (await statusOf(program)).failed > 0);
  await waitFor("the warning", () => program.stderr().includes("which are lost: hi [spans-rejected]"));
  expect(await statusOf(program)).toMatchObject({ dropped: { rejected: 2 } });
});

test("what a receiver refuses for good is lost, said, and does not hold up what follows", async () => {
  await using receiver = await startFaultyReceiver({ status: 400, body: "no such field" });
  await using program = startService(receiver.url);
  await waitFor("the refusal", async () => (await statusOf(program)).failed === 1);
  await receiver.become("healthy");
  await ask(program);
  await waitFor("the next spans", () => receiver.taken() === 2);
  expect(program.stderr()).toMatch(/1 spans? .* lost: it answered 400 no such field.*\[export-failed\]/);
});

test("an answer of 10 MB is not read to its end, and counts by its status", async () => {
  await using receiver = await startFaultyReceiver("10 MB answer");
  await using program = startService(receiver.url);
  await ask(program, 5);
  await waitFor("the spans", async () => (await statusOf(program)).sent === 11);
  expect(receiver.taken()).toBe(10);
});

test("a process that has nothing left to do is not kept by a receiver that never answers", async () => {
  await using receiver = await startFaultyReceiver("black hole");
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_TIMEOUT: "1000" };
  await using program = startProgram("ending-app.mjs", { args: ["natural"], env });
  const began = performance.now();
  expect(await program.ended()).toBe(0);
  expect(performance.now() - began).toBeLessThan(5000);
});

test("the books are on /metrics and /statusz, ours and those of OpenTelemetry's names", async () => {
  await using receiver = await startFaultyReceiver("503");
  await using program = startService(receiver.url);
  await ask(program, 3);
  await waitFor("the first failure", () => program.stderr().includes("[export-failed]"));
  const pending = await scrape(program);
  expect(samplesOf(pending, "obsbox_spans_pending")).toMatchObject([{ value: 7 }]);
  expect(samplesOf(pending, "obsbox_spans_pending_size_bytes")[0]?.value).toBeGreaterThan(500);
  expect(samplesOf(pending, "obsbox_exporter_last_success_seconds")).toEqual([]);
  expect(await statusOf(program)).toMatchObject({ made: 7, sent: 0, failed: 0, pending: 7, isPaused: true });

  await receiver.become("healthy");
  await waitFor("all spans", () => receiver.taken() === 6, 40_000);
  const done = await scrape(program);
  const component = {
    otel_component_type: "batching_span_processor",
    otel_component_name: "batching_span_processor/0",
  };
  expect(samplesOf(done, "obsbox_spans_made_total")).toMatchObject([{ value: 7 }]);
  expect(samplesOf(done, "obsbox_spans_delivered_total")).toMatchObject([{ value: 7 }]);
  expect(
    samplesOf(done, "obsbox_spans_dropped_total").map(({ labels, value }) => [labels["reason"], value]),
  ).toContainEqual(["retry_full", 0]);
  expect(samplesOf(done, "obsbox_exporter_last_success_seconds")).toMatchObject([{ labels: { signal: "traces" } }]);
  expect(samplesOf(done, "otel_sdk_processor_span_processed_total")).toMatchObject([{ value: 7, labels: component }]);
  expect(samplesOf(done, "otel_sdk_processor_span_queue_size")).toMatchObject([{ value: 0, labels: component }]);
  expect(samplesOf(done, "otel_sdk_processor_span_queue_capacity")).toMatchObject([{ value: 16_384 }]);
});

test("a receiver is trusted by the certificate that is given, and not without it", async () => {
  const authority = await makeAuthority("spans");
  const server = createServer(await makeLeaf(authority, ["localhost"]), (request, response) => {
    request.resume().on("end", () => response.end());
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await waitFor("the server", () => server.listening);
  const folder = mkdtempSync(join(tmpdir(), "obsbox-ca-"));
  const file = join(folder, "ca.pem");
  writeFileSync(file, authority.cert);
  try {
    const url = `https://localhost:${portOf(server)}`;
    await using trusting = startService(url, { OTEL_EXPORTER_OTLP_CERTIFICATE: file });
    await using doubting = startService(url);
    await waitFor("a span that is sent", async () => (await statusOf(trusting)).sent === 1);
    await waitFor("the refusal", () => /certificate.*\[export-failed\]/.test(doubting.stderr()));
    expect(trusting.stderr()).toBe("");
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
});
