/** A service that asks itself through gRPC: clients and servers of @grpc/grpc-js, CommonJS with channelz, ES modules without. */
import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { withLibrary } from "../helpers/library-versions.ts";
import { expectNothingPlanted, programs, settings, startRpcService, thisNode } from "../helpers/rpc-service.ts";
import type { RpcService, Setting } from "../helpers/rpc-service.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Case {
  readonly path: string;
  readonly answer: unknown;
  readonly method: string;
  readonly status: string;
  /** Whether a server has it. */
  readonly isServed?: false;
  /** Spans of what the server has done for it. */
  readonly within: readonly string[];
}

const done = { status: "OK", within: ["interceptor", "work"] };
const failed = { within: ["interceptor"] };

const cases: readonly Case[] = [
  { path: "/unary", answer: "planted-done", method: "shop.Orders/Place", ...done },
  { path: "/without-metadata", answer: "planted-done", method: "shop.Orders/Place", ...done },
  { path: "/client-stream", answer: "planted-all", method: "shop.Orders/PlaceAll", ...done },
  { path: "/server-stream", answer: ["planted-first"], method: "shop.Orders/List", ...done },
  { path: "/bidirectional", answer: ["planted-a", "planted-b"], method: "shop.Orders/Trade", ...done },
  { path: "/unknown-item", answer: 5, method: "shop.Orders/Place", status: "NOT_FOUND", ...failed },
  { path: "/fault", answer: 13, method: "shop.Orders/Place", status: "INTERNAL", ...failed },
  { path: "/code", answer: "failed", method: "shop.Orders/Place", status: "UNKNOWN", ...failed },
  { path: "/throw", answer: 2, method: "shop.Orders/Place", status: "UNKNOWN", ...failed },
  { path: "/missing", answer: 12, method: "shop.Orders/Missing", status: "UNIMPLEMENTED", ...failed },
  { path: "/stream-fault", answer: 14, method: "shop.Orders/List", status: "UNAVAILABLE", ...failed },
  { path: "/cancel", answer: 1, method: "shop.Orders/List", status: "CANCELLED", ...failed },
  { path: "/away", answer: 14, method: "shop.Orders/Place", status: "UNAVAILABLE", isServed: false, within: [] },
  { path: "/generic", answer: 13, method: "_OTHER", status: "INTERNAL", isServed: false, within: [] },
];

/** As OTLP numbers them. */
const serverKind = 2;
const clientKind = 3;

/** Those that are errors of the server, too; any but OK is one of the client. */
const faults: ReadonlySet<unknown> = new Set([
  "UNKNOWN",
  "INTERNAL",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
]);

async function expectSeen(setting: Setting, context: TestContext, folder = programs): Promise<void> {
  await using service = await startRpcService("grpc", setting, context, { folder });
  for (const one of cases) await expectCall(service, one);
  await expectDeadline(service);
  await expectContexts(service);
  await expectDurations(service);
  expect(await service.call("/metadata")).toBe(`["x-planted","authorization"]`);
  await expectNothingPlanted(service);
}

async function expectCall({ ask, spansOf }: RpcService, expected: Case): Promise<void> {
  const { path, answer, method, status, isServed = true, within } = expected;
  const { text, request } = await ask(path);
  const spans = await spansOf(request, (isServed ? 2 : 1) + within.length);
  const client = spans.find(({ kind }) => kind === clientKind);
  const server = spans.find(({ kind }) => kind === serverKind);
  const inner = spans.filter(({ kind }) => kind !== clientKind && kind !== serverKind);
  expect([path, JSON.parse(text), callOf(client)]).toEqual([path, answer, [method, status, request.spanId]]);
  expect([path, server && callOf(server)]).toEqual([path, isServed ? [method, status, client?.spanId] : undefined]);
  expect([path, inner.map(({ name, parentId }) => [name, parentId])]).toEqual([
    path,
    within.map((name) => [name, server?.spanId]),
  ]);
}

/** Method, status and parent of a call; its error is of its side. */
function callOf(span: Span | undefined): readonly unknown[] {
  const { "rpc.method": method, "rpc.response.status_code": status, "error.type": errorType } = span?.attributes ?? {};
  const isError = span?.kind === clientKind ? status !== "OK" : faults.has(status);
  expect(span).toMatchObject({
    name: method,
    status: isError ? 2 : 0,
    statusMessage: "",
    events: [],
    attributes: { "rpc.system.name": "grpc", "server.address": expect.any(String), "server.port": expect.any(Number) },
  });
  expect(errorType).toBe(isError ? status : undefined);
  return [method, status, span?.parentId];
}

/** The server has a clock of its own, and may be told of the end before that has run out. */
async function expectDeadline({ ask, spansOf, program }: RpcService): Promise<void> {
  const { text, request } = await ask("/deadline");
  const spans = await spansOf(request, 3);
  const client = spans.find(({ kind }) => kind === clientKind);
  const server = spans.find(({ kind }) => kind === serverKind);
  expect(text).toBe("4");
  expect(callOf(client)).toEqual(["shop.Orders/Place", "DEADLINE_EXCEEDED", request.spanId]);
  expect(callOf(server)).toEqual([
    "shop.Orders/Place",
    expect.stringMatching(/^(?:DEADLINE_EXCEEDED|CANCELLED)$/),
    client?.spanId,
  ]);
  const line = await waitFor("the line of the handler", () =>
    program.lines().find(({ message }) => message === "the handler was cancelled"),
  );
  expect(line["span.id"]).toBe(server?.spanId);
}

/** Callbacks run in the context of their callers, though all come from one connection. */
async function expectContexts({ ask, spansOf, program }: RpcService): Promise<void> {
  const { request } = await ask("/together");
  const spans = await spansOf(request, 10);
  const callers = spans.filter(({ name }) => name === "first" || name === "second");
  const lines = program.lines().filter((line) => line["trace.id"] === request.traceId);
  const idsOf = (text: string) => lines.filter(({ message }) => message === text).map((line) => line["span.id"]);
  expect(new Set(idsOf("in the callback"))).toEqual(new Set(callers.map(({ spanId }) => spanId)));
  expect(idsOf("answered /together")).toEqual([request.spanId]);
}

async function expectDurations({ program }: RpcService): Promise<void> {
  const samples = await scrape(program);
  const made = samplesOf(samples, "rpc_client_call_duration_seconds_count");
  const answered = samplesOf(samples, "rpc_server_call_duration_seconds_count");
  const labelsOf = ({ labels }: (typeof samples)[number]) => [
    labels["rpc_system_name"],
    labels["rpc_method"],
    labels["rpc_response_status_code"],
    labels["error_type"],
  ];
  expect(made.map(labelsOf)).toEqual(
    expect.arrayContaining([
      ["grpc", "shop.Orders/Place", "OK", undefined],
      ["grpc", "shop.Orders/Place", "NOT_FOUND", "NOT_FOUND"],
      ["grpc", "_OTHER", "INTERNAL", "INTERNAL"],
    ]),
  );
  expect(made.find(({ labels }) => labels["rpc_method"] === "shop.Orders/Trade")).toMatchObject({
    value: 1,
    labels: { server_address: "localhost", server_port: expect.stringMatching(/^\d+$/) },
  });
  expect(answered.map(labelsOf)).toEqual(
    expect.arrayContaining([
      ["grpc", "shop.Orders/Place", "OK", undefined],
      ["grpc", "shop.Orders/Place", "NOT_FOUND", undefined],
      ["grpc", "shop.Orders/Place", "INTERNAL", "INTERNAL"],
      ["grpc", "shop.Orders/List", "CANCELLED", undefined],
    ]),
  );
  expect(answered.flatMap(({ labels }) => Object.keys(labels))).not.toContain("server_address");
}

describe.each(settings)("@grpc/grpc-js as $kind on Node.js $node", (setting) => {
  test("calls of all kinds are spans and durations of both sides, by status, and no value is seen", async (context) => {
    expect.hasAssertions();
    await expectSeen(setting, context);
  });
});

test.for(["cjs", "mjs"])("@grpc/grpc-js 1.10.0 as %s is seen as the newest is", async (kind, context) => {
  expect.hasAssertions();
  const folder = await withLibrary("@grpc/grpc-js", "1.10.0", programs, context);
  await expectSeen(thisNode(kind), context, folder);
});

test("switched off, suppressed, and after the end of the SDK, calls go as they would without it", async (context) => {
  const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "grpc" };
  await using off = await startRpcService("grpc", thisNode("mjs"), context, { env });
  await off.ask("/unary");
  expect(await off.call("/trace")).toBe(`"0"`);
  expect(off.receiver.spans.filter(({ attributes }) => "rpc.system.name" in attributes)).toEqual([]);
  await using on = await startRpcService("grpc", thisNode("mjs"), context);
  expect(await on.call("/trace")).toBe(`"1"`);
  expect(await on.call("/suppressed")).toBe(`"0"`);
  expect(samplesOf(await scrape(on.program), "rpc_client_call_duration_seconds_count")).toMatchObject([{ value: 1 }]);
  await on.call("/stop");
  expect(await on.call("/trace")).toBe(`"0"`);
});

test("a method on the list of routes colours its calls", async (context) => {
  const env = { OBSBOX_COLOR_ROUTES: "/shop.Orders/Place" };
  await using service = await startRpcService("grpc", thisNode("mjs"), context, { env });
  const { request } = await service.ask("/unary");
  const spans = await service.spansOf(request, 4);
  expect(spans.find(({ kind }) => kind === serverKind)?.attributes).toMatchObject({ "obsbox.colored": true });
});
