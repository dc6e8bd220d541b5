import * as fc from "fast-check";
import { expect, test } from "vitest";
import { knownMethod, pathOf, splitHost } from "./http-names.ts";

test.each([
  ["GET", "GET"],
  ["QUERY", "QUERY"],
  ["get", "_OTHER"],
  ["PROPFIND", "_OTHER"],
  ["", "_OTHER"],
  [undefined, "_OTHER"],
])("the method %s is counted as %s", (method, known) => {
  expect(knownMethod(method)).toBe(known);
});

test.each([
  ["example.org", { address: "example.org" }],
  ["example.org:8080", { address: "example.org", port: 8080 }],
  ["example.org:", { address: "example.org" }],
  ["example.org:0", { address: "example.org", port: 0 }],
  ["[::1]", { address: "[::1]" }],
  ["[::1]:80", { address: "[::1]", port: 80 }],
  ["example.org:65536", { address: "example.org:65536" }],
  ["example.org:1e3", { address: "example.org:1e3" }],
  ["example.org:-1", { address: "example.org:-1" }],
  ["example.org:http", { address: "example.org:http" }],
  [undefined, {}],
])("the host %s is taken apart", (host, parts) => {
  expect(splitHost(host)).toEqual(parts);
});

test.each([
  ["/pay?card=4111", "/pay"],
  ["/pay#card", "/pay"],
  ["/a#b?c", "/a"],
  ["?card=4111", ""],
  ["http://ann:secret@example.org/pay?card=4111", "/pay"],
  ["/pay", "/pay"],
  ["", ""],
])("of %s only the path is kept", (url, path) => {
  expect(pathOf(url)).toBe(path);
});

test("a host that a client makes up gives a port that exists, or none", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", ":", "9", "[", "]", ".", "-", " ", "e") }), (host) => {
      const { port = 0 } = splitHost(host);
      expect(Number.isInteger(port) && port >= 0 && port <= 65_535).toBe(true);
    }),
  );
});
