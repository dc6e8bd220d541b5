/** What callers and the service's own code put into spans and headers, far beyond what anybody reads. */
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { portOf } from "../../stack/embedded/http/server.ts";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const good = `00-${traceId}-${spanId}-01`;

/** Limits of the SDK, and those of W3C baggage. */
const limits = { parts: 128, length: 16_384, baggageBytes: 8192 };

let receiver: OtlpReceiver;
let program: Program;
let seenByOther: IncomingHttpHeaders;

const other = createServer((request, response) => {
  seenByOther = request.headers;
  response.end();
});

beforeAll(async () => {
  await once(other.listen(0, "127.0.0.1"), "listening");
  receiver = await startOtlpReceiver();
  program = startProgram("hostile-caller-app.mjs", {
    flags: ["--max-http-header-size=524288", ...register],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTHER_URL: `http://127.0.0.1:${portOf(other)}` },
  });
  await program.port();
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  other.close();
});
beforeEach(() => {
  receiver.clear();
  seenByOther = {};
});

/** Asks with headers as they stand here, also several of one name; gives the spans of the request. */
async function ask(path: string, headers: Readonly<Record<string, string | string[]>> = {}): Promise<Span[]> {
  const sent = httpRequest({ port: await program.port(), host: "127.0.0.1", path, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
  return receiver.requests(path === "/" ? 1 : 2);
}

const serverOf = (spans: readonly Span[]) => spans.find(({ kind }) => kind === 2);

describe("a traceparent", () => {
  test.each([
    ["of the reserved version", `ff-${traceId}-${spanId}-01`],
    ["with more than its version has", `${good}-extra`],
    ["without flags", `00-${traceId}-${spanId}`],
    ["in capitals", good.toUpperCase()],
    ["of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["without a caller", `00-${traceId}-${"0".repeat(16)}-01`],
    ["that is short", `00-${traceId.slice(2)}-${spanId}-01`],
    ["that is no text of hex digits", `00-${"x".repeat(32)}-${spanId}-01`],
    ["that is empty", ""],
    ["of 64 KB", "0".repeat(64 * 1024)],
    ["that comes twice", [good, `00-${"c".repeat(32)}-${spanId}-01`]],
  ])("%s is ignored: the request begins a trace", async (_what, traceparent) => {
    const span = serverOf(await ask("/", { traceparent }));
    expect(span).toMatchObject({ parentId: null, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect([traceId, "c".repeat(32)]).not.toContain(span?.traceId);
  });

  test.each([
    ["as it should be", good, ""],
    ["of a later version, which may have more", `cc-${traceId}-${spanId}-01-what-is-to-come`, ""],
    ["beside a tracestate of 100 lists", good, Array.from({ length: 100 }, (_, index) => `vendor${index}=1`).join(",")],
    ["beside a tracestate that is none", good, "=,;\u00ff==,a"],
    ["beside a tracestate of 64 KB", good, `vendor=${"x".repeat(64 * 1024)}`],
    ["beside a tracestate of 100 headers", good, Array.from({ length: 100 }, (_, index) => `vendor${index}=1`)],
  ])("%s is followed, and what is sent on is short", async (_what, traceparent, tracestate) => {
    const spans = await ask("/others", { traceparent, ...(tracestate === "" ? {} : { tracestate }) });
    expect(serverOf(spans)).toMatchObject({ traceId, parentId: spanId });
    expect(seenByOther["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    const state = String(seenByOther["tracestate"] ?? "");
    expect(state.length).toBeLessThanOrEqual(512);
    expect(state.split(",").length).toBeLessThanOrEqual(32);
  });
});

test.each([
  ["128 KB in one entry", `user=${"x".repeat(128 * 1024)}`],
  ["128 KB in entries", Array.from({ length: 4096 }, (_, index) => `key-${index}=${"x".repeat(20)}`).join(",")],
  ["what is no baggage", "=;,%,%00=%zz,\u00ff"],
])("baggage with %s is followed as far as its limits, and the span is there", async (_what, baggage) => {
  const spans = await ask("/others", { traceparent: good, baggage });
  expect(serverOf(spans)).toMatchObject({ traceId });
  expect(String(seenByOther["baggage"] ?? "").length).toBeLessThanOrEqual(limits.baggageBytes);
});

describe("a span of the service's own", () => {
  test.each([
    ["/long", (span: Span) => [lengthOf(span.attributes["long"]), limits.length]],
    ["/long-list", (span: Span) => [Math.max(...[span.attributes["list"]].flat().map(lengthOf)), limits.length]],
    ["/attributes", (span: Span) => [Object.keys(span.attributes).length, limits.parts]],
    ["/links", (span: Span) => [span.links.length, limits.parts]],
    ["/events", (span: Span) => [span.events.length, limits.parts]],
  ])("that holds too much, %s, arrives with what the limits allow", async (path, measured) => {
    const spans = await ask(path);
    const span = spans.find(({ name }) => name === path);
    const [size, limit] = span === undefined ? [] : measured(span);
    expect(size).toBe(limit);
    const texts = [...(span?.links ?? []), ...(span?.events ?? [])].map(({ attributes }) => lengthOf(attributes["n"]));
    expect(Math.max(0, ...texts)).toBeLessThanOrEqual(limits.length);
  });
});

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}
