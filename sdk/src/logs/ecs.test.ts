import * as fc from "fast-check";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { logFields } from "../vocabulary.ts";
import { errorFields, toEcsFields } from "./ecs.ts";
import { cutText } from "./limits.ts";

describe("a field", () => {
  test.each([
    [
      "a plain value goes under labels",
      { orderId: 7, paid: true, note: null },
      ["labels.orderId", "labels.paid", "labels.note"],
    ],
    ["an object goes under app", { cart: { items: 1 } }, ["app.cart"]],
    ["a list goes under app", { tags: ["a"] }, ["app.tags"]],
    ["a dot in a name of one's own does not nest", { "a.b.c": 1, "d.e": {} }, ["labels.a_b_c", "app.d_e"]],
    [
      "what ECS knows keeps its name",
      { "user.id": 1, "url.path": "/", user: { id: 1 } },
      ["user.id", "url.path", "user"],
    ],
    ["a field set that is no object is a name of one's own", { user: "bob", url: ["a"] }, ["labels.user", "app.url"]],
    ["a name is that of the logger", { name: "billing" }, ["log.logger"]],
    ["an empty name gets one", { "": 1 }, ["labels._"]],
    ["a name with empty parts is one's own", { "user.": 1, "http..x": 2 }, ["labels.user_", "labels.http__x"]],
    ["what JSON leaves out is left out", { fn() {}, none: undefined }, []],
    ["a list is one field, whatever its length", ["a", "b"], ["app.value"]],
    ["bytes are one field", new Uint8Array(2 ** 32), ["labels.value"]],
    ["a text as an object is one field", Object("text"), ["labels.value"]],
  ])("%s", (_fact, given, names) => {
    expect(Object.keys(toEcsFields(given))).toEqual(names);
  });

  test.each([
    ["message", "x"],
    ["@timestamp", "1970"],
    ["log.level", "fatal"],
    ["service.name", "evil"],
    ["trace.id", "0"],
    ["event.dataset", "evil"],
    ["event", { dataset: "evil" }],
    ["event", { id: "1" }],
    ["service", { name: "evil" }],
    ["__proto__", { name: "evil" }],
  ])("called %s does not pass for one of ours", (name, value) => {
    const given = Object.defineProperty({}, name, { value, enumerable: true });
    expect(Object.keys(toEcsFields(given))).toEqual([expect.stringMatching(/^(labels|app)\./)]);
  });

  test("does not stand twice where the SDK has a label of that name", () => {
    expect(toEcsFields({ colored: false, http_route: "/x" })).toEqual({
      "labels.colored_": false,
      "labels.http_route_": "/x",
    });
  });

  test("of no name can override what the SDK writes", () => {
    const reserved = new Set<string>(
      Object.values(logFields).filter((field) =>
        /^(@|ecs|log\.level|message|trace|span|service|host|process)/.test(field),
      ),
    );
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom(...reserved),
      fc.constantFrom("log", "service", "labels", "app"),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue({ maxDepth: 1 })), (given) => {
        const names = Object.keys(toEcsFields(given));
        expect(names.filter((one) => reserved.has(one) || ["log", "service", "labels", "app"].includes(one))).toEqual(
          [],
        );
        expect(names.filter((one) => one.split(".").includes(""))).toEqual([]);
      }),
    );
  });
});

describe("an error", () => {
  test("has its type and message, and its causes below its stack", () => {
    const inner = new TypeError("inner");
    const fields = errorFields(new Error("outer", { cause: new AggregateError([inner], "both") }));
    expect(fields).toMatchObject({ "error.type": "Error", "error.message": "outer" });
    const titles = cutText(fields["error.stack_trace"])
      .split("\n")
      .filter((line) => !line.startsWith("    at "));
    expect(titles).toEqual(["Error: outer", "Caused by: AggregateError: both", "Caused by: TypeError: inner"]);
  });

  test("that causes itself has each error once", () => {
    const error = new AggregateError([], "round");
    error.errors = ["one", "two"].map((message) => new RangeError(message, { cause: error }));
    error.cause = error;
    const stack = cutText(errorFields(error)["error.stack_trace"]);
    expect(stack.match(/(?:Aggregate|Range)Error: \w+/g)).toEqual([
      "AggregateError: round",
      "RangeError: one",
      "RangeError: two",
    ]);
  });

  test("of another realm, as in a test runner, is one as well", () => {
    const error: unknown = runInNewContext("new RangeError('elsewhere')");
    expect(toEcsFields({ err: error })).toMatchObject({ "error.type": "RangeError", "error.message": "elsewhere" });
    expect(toEcsFields({ failure: error })).toMatchObject({ "app.failure": { message: "elsewhere" } });
  });

  test.each([
    ["a message that is no text", { message: Object.create(null) }],
    ["a stack that is no text", { stack: [Symbol("frame")] }],
    [
      "a name that throws",
      {
        get name() {
          return fail();
        },
      },
    ],
    ["errors that are no list", Object.assign(new AggregateError([]), { errors: 5 })],
  ])("with %s does not throw into the service", (_what, oddity) => {
    const error =
      oddity instanceof Error
        ? oddity
        : Object.defineProperties(new Error("odd"), Object.getOwnPropertyDescriptors(oddity));
    expect(() => JSON.stringify(toEcsFields({ err: error }))).not.toThrow();
    expect(Object.keys(toEcsFields({ err: error }))).not.toEqual([]);
  });

  test("under another name stays an object", () => {
    expect(toEcsFields({ reason: new Error("why") })).toMatchObject({
      "app.reason": { name: "Error", message: "why" },
    });
    expect(toEcsFields({ err: "only a text" })).toEqual({ "labels.err": "only a text" });
  });
});

function fail(): never {
  throw new Error("no");
}

test("objects that cannot be read do not throw into the service", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(toEcsFields(proxy)).toEqual({});
  expect(toEcsFields({ proxy })).toEqual({ "labels.proxy": "[Unserializable]" });
});

test("a request is its method and path, a response its status; headers and query stay out", () => {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: "POST", url: "/pay?card=4111" });
  request.headers = { authorization: "Bearer s3cret" };
  const response = Object.assign(new ServerResponse(request), { statusCode: 402 });
  expect(toEcsFields({ req: request, res: response })).toEqual({
    "http.request.method": "POST",
    "url.path": "/pay",
    "http.response.status_code": 402,
  });
});
