import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBox } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";

const token = "a-long-secret";

let box: Box;
let open: Box;
beforeAll(async () => {
  [box, open] = await Promise.all([
    startBox(),
    startBox({ options: ["--host", "0.0.0.0"], env: { OBSBOX_DEV_TOKEN: token } }),
  ]);
});
afterAll(() => Promise.all([box, open].map((one) => one[Symbol.asyncDispose]())));

/** Sends a request with exactly these headers, which `fetch` would not let through. */
function ask(base: string, path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { port } = new URL(base);
  const options = { host: "127.0.0.1", port, path, method, headers: { host: `localhost:${port}`, ...headers } };
  request(options, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on("error", reject)
    .end();
  return promise;
}

describe.each([
  ["page and API", () => box.url, "/api/status", "GET"],
  ["OTLP", () => box.otlpUrl, "/v1/traces", "POST"],
])("%s", (_what, base, path, method) => {
  test.each([
    ["a name of another machine", { host: "evil.example" }],
    ["a name that only looks like this machine", { host: "localhost.evil.example" }],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page on another port of this machine", { origin: "http://localhost:1" }],
    ["a page without an origin", { origin: "null" }],
    ["a request across sites", { "sec-fetch-site": "cross-site" }],
  ])("refuses %s", async (_name, headers) => {
    expect(await ask(base(), path, headers, method)).toBe(403);
  });

  test.each([
    ["localhost", {}],
    ["127.0.0.1", { host: "127.0.0.1:1234" }],
    ["an address of IPv6", { host: "[::1]:1234" }],
    ["the page itself", { "sec-fetch-site": "same-origin" }],
  ])("lets %s through", async (_name, headers) => {
    expect(await ask(base(), path, headers, method)).not.toBe(403);
  });
});

test("binds to loopback only", async () => {
  const { port } = new URL(box.url);
  const others = Object.values((await import("node:os")).networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && !address.internal && address.family === "IPv4");
  for (const address of others) {
    await expect(fetch(`http://${address?.address}:${port}/api/status`)).rejects.toThrow("fetch failed");
  }
});

describe("with a token", () => {
  test.each([
    ["a bearer token", { host: "box.example", authorization: `Bearer ${token}` }, 200],
    [
      "the password of a browser",
      { host: "box.example", authorization: `Basic ${Buffer.from(`me:${token}`).toString("base64")}` },
      200,
    ],
    ["a wrong token", { host: "box.example", authorization: "Bearer guess" }, 403],
    ["no token", { host: "box.example" }, 403],
  ])("a box with another name answers %s with %s", async (_what, headers, status) => {
    expect(await ask(open.url, "/api/status", headers)).toBe(status);
  });
});

test("the page may load nothing from elsewhere", async () => {
  const response = await fetch(box.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(await response.text()).not.toMatch(/https?:\/\//);
});
