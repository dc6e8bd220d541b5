import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { isLoopback, refuse } from "./guard.ts";

const token = "a-long-secret";

/** What the guard sees of a request. */
function request(headers: object = {}, remoteAddress: string | undefined = "127.0.0.1"): IncomingMessage {
  return { headers: { host: "localhost:7700", ...headers }, socket: { remoteAddress } } as IncomingMessage;
}

describe("from this machine", () => {
  test.each([
    ["a program", {}],
    ["an address as Host", { host: "127.0.0.1" }],
    ["an address of IPv6 as Host", { host: "[::1]:7700" }],
    ["a Host in capitals", { host: "LocalHost:7700" }],
    ["the page itself", { origin: "http://localhost:7700", "sec-fetch-site": "same-origin" }],
    ["an address that somebody has typed", { "sec-fetch-site": "none" }],
  ])("%s may pass", (_what, headers) => {
    expect(refuse(request(headers), undefined)).toBeUndefined();
    expect(refuse(request(headers), token)).toBeUndefined();
  });

  test.each([
    ["a name that is bound to this address", { host: "evil.example:7700" }],
    ["a name that begins as ours", { host: "localhost.evil.example" }],
    ["a name that ends as ours", { host: "evil-localhost" }],
    ["a name with a user", { host: "localhost@evil.example" }],
    ["no Host", { host: undefined }],
    ["an empty Host", { host: "" }],
    ["a page of another site", { origin: "http://evil.example" }],
    ["a page of another port", { origin: "http://localhost:3000" }],
    ["a page of https", { origin: "https://localhost:7700" }],
    ["a page of another name of this machine", { origin: "http://127.0.0.1:7700" }],
    ["a page without an origin", { origin: "null" }],
    ["a request across sites without an origin", { "sec-fetch-site": "cross-site" }],
  ])("%s is refused with 403", (_what, headers) => {
    expect(refuse(request(headers), undefined)).toMatchObject({ status: 403 });
  });
});

describe("from another machine", () => {
  const remote = "192.168.0.7";
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  test.each([
    ["a bearer token", `Bearer ${token}`],
    ["the password of any user", basic(`me:${token}`)],
  ])("%s may pass under any name", (_what, authorization) => {
    expect(refuse(request({ authorization, host: "box.example" }, remote), token)).toBeUndefined();
  });

  test.each([
    ["nothing", {}],
    ["another token", { authorization: "Bearer guess" }],
    ["the beginning of the token", { authorization: `Bearer ${token.slice(0, -1)}` }],
    ["an empty token", { authorization: "Bearer " }],
    ["the token of another scheme", { authorization: `Digest ${token}` }],
    ["the token as a user", { authorization: basic(`${token}:`) }],
    ["the token alone", { authorization: token }],
  ])("%s is refused with 401", (_what, headers) => {
    expect(refuse(request(headers, remote), token)).toMatchObject({ status: 401 });
    expect(refuse(request(headers, remote), undefined)).toMatchObject({ status: 401 });
  });
});

test.each<[string | undefined, boolean]>([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["128.0.0.1", false],
  ["::ffff:10.0.0.1", false],
  ["127.0.0.1.example", false],
  [undefined, false],
])("%s is of this machine: %s", (address, isOwn) => {
  expect(isLoopback(address)).toBe(isOwn);
});
