import { expect, test } from "vitest";
import { runKeepAliveLoad } from "../helpers/keep-alive-load.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { startSpanSink } from "../helpers/span-sink.ts";
import type { SinkSpan } from "../helpers/span-sink.ts";
import { waitFor } from "../helpers/wait-for.ts";

const connections = 64;
const requestsEach = 10_000;
const made = connections * requestsEach;
const deliveryMs = 60_000;

test(`${connections} kept connections with ${requestsEach} requests each: no two share a trace, and no span is lost`, async () => {
  const traces = new Traces();
  await using sink = await startSpanSink((span) => traces.add(span));
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_BSP_SCHEDULE_DELAY: "200",
    OBSBOX_LOG_REQUESTS: "false",
  };
  await using program = startProgram("orders-app.mjs", { flags: register, env });
  const port = await program.port();

  const seen = new Set<string>();
  const mixed: string[] = [];
  const began = performance.now();
  await runKeepAliveLoad({
    port,
    connections,
    requestsEach,
    path: (connection, request) => `/orders/${connection}-${request}`,
    onBody(body) {
      const { seen: ids }: { seen: string[] } = JSON.parse(body);
      const [first = ""] = ids;
      if (ids.some((id) => id !== first)) mixed.push(body);
      seen.add(first);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const dropped = samplesOf(await scrape(program), "otel_sdk_processor_span_processed_total")
    .filter(({ labels }) => labels["error_type"] !== undefined)
    .reduce((sum, { value }) => sum + value, 0);
  await waitFor("all spans", () => traces.spans + dropped >= 2 * made, deliveryMs).catch(() => "counted below");

  process.stdout.write(
    `${made} requests in ${seconds.toFixed(1)} s (${Math.round(made / seconds)}/s), ` +
      `${traces.spans} spans delivered, ${dropped} dropped, ${seen.size} traces\n`,
  );
  expect(mixed).toEqual([]);
  expect(seen.size).toBe(made);
  expect(traces.wrong).toEqual([]);
  expect({ dropped, delivered: traces.spans, complete: traces.complete }).toEqual({
    dropped: 0,
    delivered: 2 * made,
    complete: made,
  });
  expect(traces.complete).toBe(traces.ids.size);
  expect([...seen].every((id) => traces.ids.has(id))).toBe(true);
  expect(program.stderr()).toBe("");
});

/** Puts the two spans of each request together: the server's, and the one inside of it. */
class Traces {
  spans = 0;
  complete = 0;
  readonly ids = new Set<string>();
  readonly wrong: SinkSpan[] = [];
  /** By trace: the server's span, as the first of the two has named it. */
  readonly #servers = new Map<string, string>();

  add(span: SinkSpan): void {
    if (span.name === "service start") return;
    this.spans += 1;
    const isServer = span.name === "GET /orders/:id";
    const known = this.#servers.get(span.traceId);
    const server = isServer ? span.spanId : span.parentId;
    const isRight = isServer ? span.parentId === "" : span.parentId !== "";
    if (!isRight || (known === undefined ? this.ids.has(span.traceId) : known !== server)) this.wrong.push(span);
    this.ids.add(span.traceId);
    if (known === undefined) this.#servers.set(span.traceId, server);
    else this.#complete(span.traceId);
  }

  #complete(traceId: string): void {
    this.#servers.delete(traceId);
    this.complete += 1;
  }
}
