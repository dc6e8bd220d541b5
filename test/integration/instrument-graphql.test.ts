import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import type { Span } from "../../stack/embedded/records.ts";
import { withLibrary } from "../helpers/library-versions.ts";
import { expectNothingPlanted, programs, settings, startRpcService, thisNode } from "../helpers/rpc-service.ts";
import type { RpcService, Setting } from "../helpers/rpc-service.ts";
import { waitFor } from "../helpers/wait-for.ts";

interface Case {
  readonly what: string;
  readonly path?: string;
  readonly body: { readonly query: string; readonly variables?: object; readonly operationName?: string };
  /** Type and name of the operation, the type of its error. */
  readonly seen: readonly [type: string | undefined, name: string | undefined, errorType: string | undefined];
}

const longName = `Long${"er".repeat(200)}`;

const cases: readonly Case[] = [
  { what: "without a name", body: { query: `{ hello(name: "planted") }` }, seen: ["query", undefined, undefined] },
  {
    what: "with variables",
    body: { query: "query Greet($who: String) { hello(name: $who) }", variables: { who: "planted" } },
    seen: ["query", "Greet", undefined],
  },
  {
    what: "the one that is chosen",
    body: { query: 'query A { hello } mutation B { place(item: "planted") }', operationName: "B" },
    seen: ["mutation", "B", undefined],
  },
  {
    what: "a name without end",
    body: { query: `query ${longName} { hello }` },
    seen: ["query", longName.slice(0, 100), undefined],
  },
  { what: "an exception", body: { query: "query Fails { failing }" }, seen: ["query", "Fails", "RangeError"] },
  { what: "an error with a code", body: { query: "{ refused }" }, seen: ["query", undefined, "FORBIDDEN"] },
  { what: "an error in a list", body: { query: "{ both }" }, seen: ["query", undefined, "Error"] },
  {
    what: "variables that do not fit",
    body: { query: "query Count($n: Int!) { count(n: $n) }", variables: { n: "planted" } },
    seen: ["query", "Count", "GraphQLError"],
  },
  {
    what: "an operation that is not there",
    body: { query: "query A { hello }", operationName: "planted" },
    seen: [undefined, undefined, "GraphQLError"],
  },
  {
    what: "at once",
    path: "/sync",
    body: { query: `{ hello(name: "planted") }` },
    seen: ["query", undefined, undefined],
  },
  { what: "failing at once", path: "/sync", body: { query: "{ refused }" }, seen: ["query", undefined, "FORBIDDEN"] },
  { what: "one that throws", path: "/thrown", body: { query: "" }, seen: ["query", undefined, "Error"] },
  {
    what: "a subscription, once for all its events",
    path: "/subscribe",
    body: { query: "subscription Ticks { ticks }" },
    seen: ["subscription", "Ticks", undefined],
  },
  {
    what: "a subscription that cannot begin",
    path: "/subscribe",
    body: { query: "subscription { broken }" },
    seen: ["subscription", undefined, "TypeError"],
  },
];

async function expectSeen(setting: Setting, context: TestContext, folder = programs): Promise<void> {
  await using service = await startRpcService("graphql", setting, context, { folder });
  for (const { what, path = "/graphql", body, seen } of cases) {
    const { request } = await service.ask(path, body);
    const operations = await service.spansOf(request, 1);
    expect([what, operations.map((span) => seenOf(span))]).toEqual([what, [seen]]);
    expect(operations).toMatchObject([{ kind: internalKind, parentId: request.spanId, events: [], statusMessage: "" }]);
    expect(request.status).toBe(0);
  }
  await expectResolversWithin(service);
  await expectNothingPlanted(service);
}

/** As OTLP numbers it. */
const internalKind = 1;

function seenOf({ name, status, attributes }: Span): readonly unknown[] {
  const {
    "graphql.operation.type": type,
    "graphql.operation.name": operation,
    "error.type": errorType,
    ...others
  } = attributes;
  expect({ name, status, others }).toEqual({
    name: type ?? "GraphQL Operation",
    status: errorType === undefined ? 0 : 2,
    others: {},
  });
  return [type, operation, errorType];
}

/** What a resolver does belongs to the operation, what comes after it to the request. */
async function expectResolversWithin({ ask, spansOf, program }: RpcService): Promise<void> {
  const { request, text } = await ask("/graphql", { query: "{ remote }" });
  expect(text).toBe(`{"data":{"remote":"\\"seven\\""}}`);
  const [operation, outgoing, incoming] = await spansOf(request, 3);
  expect([operation?.name, outgoing?.name, incoming?.name]).toEqual(["query", "GET", "GET"]);
  expect([outgoing?.parentId, incoming?.parentId]).toEqual([operation?.spanId, outgoing?.spanId]);
  const lineOf = (message: string) =>
    waitFor(message, () =>
      program.lines().find((line) => line["message"] === message && line["trace.id"] === request.traceId),
    );
  expect((await lineOf("in the resolver"))["span.id"]).toBe(operation?.spanId);
  expect((await lineOf("answered /graphql"))["span.id"]).toBe(request.spanId);
}

describe.each(settings)("graphql 17 as $kind on Node.js $node", (setting) => {
  test("operations are parts of their request, and what clients write is seen nowhere", async (context) => {
    expect.hasAssertions();
    await expectSeen(setting, context);
  });
});

test.for([
  ["16.0.0", "cjs"],
  ["16.15.0", "cjs"],
  ["16.15.0", "mjs"],
] as const)("graphql %s as %s is seen as the newest is", async ([version, kind], context) => {
  expect.hasAssertions();
  const folder = await withLibrary("graphql", version, programs, context);
  await expectSeen(thisNode(kind), context, folder);
});

test("switched off, and after the end of the SDK, graphql publishes to nobody", async (context) => {
  const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "graphql" };
  await using off = await startRpcService("graphql", thisNode("mjs"), context, { env });
  expect(await off.call("/listened")).toBe("false");
  await using on = await startRpcService("graphql", thisNode("mjs"), context);
  expect(await on.call("/listened")).toBe("true");
  await on.call("/stop");
  expect(await on.call("/listened")).toBe("false");
});
