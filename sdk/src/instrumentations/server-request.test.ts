import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { attachServerRequest, serverRequestOf, setRoute } from "./server-request.ts";
import type { ServerRequest } from "./server-request.ts";

function begin(path: string) {
  const message = new IncomingMessage(new Socket());
  const response = new ServerResponse(message);
  const request: ServerRequest = {
    span: trace.wrapSpanContext({ traceId: "", spanId: "", traceFlags: 0 }),
    context: ROOT_CONTEXT,
    method: "GET",
    path,
    scheme: "http",
    startedAt: 0,
    hasEnded: false,
    route: undefined,
    isExpress: false,
    mounts: undefined,
    hasFailed: false,
    error: undefined,
  };
  for (const carrier of [message, response]) attachServerRequest(carrier, request);
  return { message, response, request };
}

test("a request is found by its message and by its response, and two of them are kept apart", () => {
  const [one, two] = [begin("/1"), begin("/2")];
  expect(serverRequestOf(one.message)).toBe(one.request);
  expect(serverRequestOf(one.response)).toBe(one.request);
  expect(serverRequestOf(two.message)).toBe(two.request);
});

test("what is noted on a message stays invisible to code that lists it", () => {
  const { message } = begin("/1");
  expect(Object.keys(message)).toEqual(Object.keys(new IncomingMessage(new Socket())));
});

test("a route is noted on the request that is there, and nowhere when there is none", () => {
  const { message, request } = begin("/users/7");
  setRoute(message, "/users/:id");
  expect(request.route).toBe("/users/:id");
  const stranger = new IncomingMessage(new Socket());
  setRoute(stranger, "/users/:id");
  expect(serverRequestOf(stranger)).toBeUndefined();
});

test.each([undefined, null, 7, "text", {}])("there is no request on %o", (value) => {
  expect(serverRequestOf(value)).toBeUndefined();
});
