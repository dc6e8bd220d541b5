/** Names, labels and descriptions that would break the text of `/metrics`, and what a label bomb makes of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectRaw } from "../helpers/raw-http.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape, scrapeText } from "../helpers/scrape.ts";
import { need, tools } from "../helpers/tools.ts";

const classicType = "text/plain;version=0.0.4";

let program: Program;
beforeAll(async () => {
  program = startProgram("hostile-metrics-app.mjs", { flags: register });
  await program.port();
});
afterAll(() => program[Symbol.asyncDispose]());

test("promtool finds nothing that Prometheus could not read", async (context) => {
  const promtool = await need(tools.promtool, context);
  const { errors } = await pipe(promtool, ["check", "metrics"], await scrapeText(program, classicType));
  // It also finds names and helps that it would choose otherwise, and these are the service's.
  const unread = errors.split("\n").filter((line) => /^error|unknown/.test(line));
  expect(unread).toEqual([]);
});

test.each([
  ["the classic text", "prometheus_client.parser", classicType],
  ["OpenMetrics", "prometheus_client.openmetrics.parser", undefined],
])("a strict parser reads %s", async (_what, parser, accept) => {
  const python = tools.openMetricsParser.command;
  const script = `
import json, sys
from ${parser} import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
samples = [s for f in families for s in f.samples]
print(json.dumps({"samples": len(samples), "names": max(len(n) for s in samples for n in s.labels), "values": max(len(v) for s in samples for v in s.labels.values())}))`;
  const { output, errors } = await pipe(python, ["-c", script], await scrapeText(program, accept));
  expect(errors).toBe("");
  const { samples, names, values } = JSON.parse(output);
  expect(samples).toBeGreaterThan(500);
  // What Prometheus is told to take at most.
  expect(names).toBeLessThanOrEqual(256);
  expect(values).toBeLessThanOrEqual(2048);
});

test("a text stands as it was, without its control characters", async () => {
  const samples = await scrape(program);
  const values = samplesOf(samples, "sdk_0_value_total").map(({ labels }) => labels["label"]);
  expect(values).toEqual(['a"b']);
  expect(samplesOf(samples, "sdk_8_value_total")[0]?.labels["label"]).toBe("<script>alert(1)</script>");
});

test("methods, paths and hosts that are made up make no series", async () => {
  await using app = startProgram("users-app.mjs", { flags: register });
  const port = await app.port();
  for (let round = 0; round < 20; round++) {
    await using connection = await connectRaw(port);
    const requests = Array.from({ length: 50 }, (_, at) => {
      const id = `${round}-${at}`;
      const method = ["GET", "POST", "PROPFIND", "SEARCH", "M-SEARCH"][at % 5];
      const close = at === 49 ? "connection: close\r\n" : "";
      return `${method} /made/up/${id}?q=${id} HTTP/1.1\r\nhost: ${id}.example\r\nuser-agent: ${id}\r\n${close}\r\n`;
    });
    connection.write(requests.join(""));
    await connection.closed();
  }
  const counts = samplesOf(await scrape(app), "http_server_request_duration_seconds_count");
  expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(1000);
  expect(counts.length).toBeLessThanOrEqual(5);
  expect(JSON.stringify(counts)).not.toMatch(/made|example|\d-\d/);
});

async function pipe(command: string, args: readonly string[], input: string) {
  const child = spawn(command, args, { stdio: "pipe" });
  child.stdin.on("error", () => {}).end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { output, errors };
}
