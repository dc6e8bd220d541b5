import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectRaw } from "../helpers/raw-http.ts";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";
import { waitFor } from "../helpers/wait-for.ts";

const password = "correct horse battery";

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth({ env: { OBSBOX_EDITOR_GROUP: "team/editors" } });
  await server.browser().post("/oauth2/password", { token: server.firstLink, password, again: password });
});
afterAll(() => server[Symbol.asyncDispose]());

const form = "application/x-www-form-urlencoded";
const ours = { "content-type": form, "sec-fetch-site": "same-origin" };

describe("the protocol of oauth2-proxy", () => {
  test("somebody who signs in is known by name and group, and gets what was asked for first", async () => {
    const browser = server.browser();
    expect((await browser.get("/oauth2/auth")).status).toBe(401);
    const answer = await browser.signIn("Admin ", password, "/grafana/d/home?from=now-1h");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/grafana/d/home?from=now-1h"]);
    const check = await browser.get("/oauth2/auth");
    expect(check.status).toBe(202);
    expect(Object.fromEntries(check.headers)).toMatchObject({
      "x-auth-request-user": "admin",
      "x-auth-request-preferred-username": "admin",
      "x-auth-request-email": "",
      "x-auth-request-groups": "admin",
      "cache-control": "no-store",
    });
    expect(await (await browser.get("/oauth2/userinfo")).json()).toEqual({
      user: "admin",
      email: "",
      groups: ["admin"],
      preferredUsername: "admin",
    });
  });

  test("the cookie is one that no script reads, no other site sends and no other host sets", async () => {
    const answer = await server.browser().signIn("admin", password);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-obsbox=[\w.-]+; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax$/),
    ]);
  });

  test("a role is a group by the name that the settings give it, and other groups are refused", async () => {
    const browser = await server.addUser("edda", "editor", password);
    expect(await browser.identity()).toEqual({ status: 202, user: "edda", groups: "team/editors" });
    const statusFor = async (groups: string) => (await browser.get(`/oauth2/auth?allowed_groups=${groups}`)).status;
    expect(await statusFor("admin,team/editors")).toBe(202);
    expect(await statusFor("admin")).toBe(403);
    expect(await statusFor("")).toBe(202);
  });

  test("nobody is known without a session", async () => {
    const browser = server.browser();
    expect((await browser.get("/oauth2/userinfo")).status).toBe(401);
    const home = await browser.get("/");
    expect([home.status, home.headers.get("location")]).toEqual([302, "/oauth2/sign_in?rd=%2F"]);
    expect(await Promise.all(["/ping", "/ready"].map(async (path) => (await browser.get(path)).status))).toEqual([
      200, 200,
    ]);
  });

  test("who is signed in does not see the form again", async () => {
    const browser = server.browser();
    await browser.signIn("admin", password);
    const answer = await browser.get("/oauth2/sign_in?rd=/kibana/");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/kibana/"]);
  });

  test("the home page names the person, the role and the five pages, and trusts Nginx about people of oauth2-proxy", async () => {
    const browser = server.browser();
    await browser.signIn("admin", password);
    const home = await (await browser.get("/")).text();
    for (const part of ["admin", "/grafana/", "/kibana/", "/prometheus/", "/alertmanager/", "/jaeger/", "obsbox env"]) {
      expect(home).toContain(part);
    }
    const headers = { "x-auth-request-user": "ann@corp.test", "x-auth-request-groups": "x,team/editors" };
    const other = await (await server.browser().get("/", headers)).text();
    expect(other).toContain("ann@corp.test");
    expect(other).toContain(">editor<");
  });
});

describe("pages", () => {
  test.each(["/oauth2/sign_in", "/oauth2/password?token=x", "/nowhere"])(
    "%s may load its own stylesheet and icon and nothing else, and leaks no address",
    async (path) => {
      const { headers } = await server.browser().get(path);
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
    },
  );

  test("stylesheet and icon have names that change with their content, and are kept for a year", async () => {
    const page = await (await server.browser().get("/oauth2/sign_in")).text();
    const paths = [...new Set([...page.matchAll(/"(\/oauth2\/static\/[^"]+)"/g)].map(([, path = ""]) => path))];
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      expect(path).toMatch(/-[0-9a-f]{12}\.(css|svg)$/);
      const { status, headers } = await server.browser().get(path);
      expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    }
  });

  test("no page has a script, an inline style or an event handler", async () => {
    const browser = server.browser();
    await browser.signIn("admin", password);
    for (const path of ["/", "/oauth2/password?token=x", "/nowhere"]) {
      expect(await (await browser.get(path)).text()).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/i);
    }
  });

  test("what was typed comes back as text, never as HTML", async () => {
    const evil = `"><img src=x onerror=alert(1)>`;
    const page = await (await server.browser().signIn(evil, "wrong wrong wrong", `/${evil}`)).text();
    expect(page).not.toContain("<img src=x");
    expect(page).toContain("&quot;&gt;&lt;img src=x");
  });
});

describe("bad input", () => {
  const long = "a".repeat(9000);
  test.each<[string, string, string, Record<string, string>, string | undefined, number]>([
    ["an unknown path", "GET", "/oauth2/nothing", {}, undefined, 404],
    ["a path with a slash too many", "GET", "/oauth2//auth", {}, undefined, 404],
    ["a path of another case", "GET", "/OAUTH2/auth", {}, undefined, 404],
    ["a method that is not there", "DELETE", "/oauth2/auth", {}, undefined, 405],
    ["a form to a page without one", "POST", "/oauth2/auth", ours, "a=b", 405],
    ["a form that is JSON", "POST", "/oauth2/sign_in", { ...ours, "content-type": "application/json" }, "{}", 415],
    ["a form without a field", "POST", "/oauth2/sign_in", ours, "username=admin", 400],
    ["a form with a field twice", "POST", "/oauth2/sign_in", ours, "username=a&username=b&password=c", 400],
    ["percent-encoding that is none", "POST", "/oauth2/sign_in", ours, "username=%zz&password=c", 400],
    ["bytes that are no UTF-8", "POST", "/oauth2/sign_in", ours, "username=%ff&password=c", 400],
    ["an empty form", "POST", "/oauth2/sign_in", ours, "", 400],
    ["empty fields", "POST", "/oauth2/sign_in", ours, "username=&password=", 400],
    ["a form that is too large", "POST", "/oauth2/sign_in", ours, `username=${long}&password=c`, 413],
    ["a form of another site", "POST", "/oauth2/sign_in", { ...ours, "sec-fetch-site": "cross-site" }, "a=b", 403],
    ["a form of a sister site", "POST", "/oauth2/sign_in", { ...ours, "sec-fetch-site": "same-site" }, "a=b", 403],
    ["a form of nobody", "POST", "/oauth2/sign_in", { "content-type": form }, "a=b", 403],
    [
      "a form of another origin",
      "POST",
      "/oauth2/sign_in",
      { "content-type": form, origin: "https://evil.test" },
      "a=b",
      403,
    ],
    ["a password of another site", "POST", "/oauth2/password", { "content-type": form, origin: "null" }, "a=b", 403],
    ["a sign-out of another site", "POST", "/oauth2/sign_out", { "content-type": form, origin: "null" }, "", 403],
    ["a user who cannot be", "POST", "/oauth2/sign_in", ours, "username=..%2f%00%0a&password=wrong", 401],
    [
      "a password that is too long to be one",
      "POST",
      "/oauth2/sign_in",
      ours,
      `username=a&password=${"b".repeat(600)}`,
      401,
    ],
    ["a scope that is not there", "GET", "/machine/auth?scope=root", {}, undefined, 400],
    ["no scope", "GET", "/machine/auth", {}, undefined, 400],
    ["a company login that is not there", "GET", "/oauth2/start", {}, undefined, 404],
    ["a callback without a login", "GET", "/oauth2/callback?code=x&state=y", {}, undefined, 404],
    ["a link that was never made", "GET", "/oauth2/password?token=x", {}, undefined, 403],
    ["a link without a token", "GET", "/oauth2/password", {}, undefined, 403],
  ])("%s: %s %s", async (_what, method, path, headers, body, status) => {
    const answer = await server.browser().send(method, path, { headers, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(status);
    expect((await answer.text()).length).toBeGreaterThan(20);
    expect(answer.headers.has("allow")).toBe(status === 405);
    expect((await server.browser().get("/ping")).status).toBe(200);
  });

  test("a form of an old browser is taken when it names our origin", async () => {
    const headers = { "content-type": form, origin: server.origin };
    const body = `username=admin&password=${password.replaceAll(" ", "+")}`;
    expect((await server.browser().send("POST", "/oauth2/sign_in", { headers, body })).status).toBe(303);
  });

  test.each([
    ["//evil.test/", "/"],
    ["/\\evil.test", "/"],
    ["https://evil.test/", "/"],
    ["/a\tb", "/"],
    ["/a\r\nset-cookie: x=y", "/"],
    ["javascript:alert(1)", "/"],
    ["grafana/", "/"],
    ["/kibana/app#/a?b=c", "/kibana/app#/a?b=c"],
  ])("after the sign-in %j leads to %s", async (rd, location) => {
    const answer = await server.browser().signIn("admin", password, rd);
    expect(answer.headers.get("location")).toBe(location);
  });

  test("after the sign-in an address of 3,000 characters leads to the home page", async () => {
    const answer = await server.browser().signIn("admin", password, `/${"a".repeat(3000)}`);
    expect(answer.headers.get("location")).toBe("/");
  });

  test("HEAD is answered like GET, without a body", async () => {
    const answer = await server.browser().send("HEAD", "/oauth2/sign_in");
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  test.each([
    ["an absolute address", "GET http://evil.test/oauth2/auth HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 404/],
    ["a path with dots", "GET /oauth2/static/../auth HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 404/],
    ["a path with encoded dots", "GET /oauth2/%2e%2e/oauth2/auth HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 404/],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 404/],
    ["a header that is none", "GET / HTTP/1.1\r\nbad header\r\n\r\n", /^HTTP\/1.1 400/],
    ["90 KiB of headers", `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${"a".repeat(90_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
    [
      "a form that is too large and does not say so",
      `POST /oauth2/sign_in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n2400\r\n${"a".repeat(9216)}\r\n`,
      /^HTTP\/1.1 413/,
    ],
    [
      "two lengths",
      "POST /oauth2/sign_in HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      /^HTTP\/1.1 400/,
    ],
  ])("%s ends in a status, and the service goes on", async (_what, request, status) => {
    await using connection = await connectRaw(Number(new URL(server.url).port));
    connection.write(request);
    expect(await connection.until("\r\n\r\n")).toMatch(status);
    expect((await server.browser().get("/ping")).status).toBe(200);
  });

  test("a request that does not end is given up", async () => {
    await using connection = await connectRaw(Number(new URL(server.url).port));
    connection.write("GET /oauth2/auth HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    expect(await connection.closed()).toMatch(/^HTTP\/1.1 408/);
  });

  test("64 KiB of headers, which Nginx lets through, are read", async () => {
    const browser = server.browser();
    await browser.signIn("admin", password);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const padded = `a=${"x".repeat(15_000)}; ${cookie}`;
    const answer = await server.browser().get("/oauth2/auth", { cookie: padded, "x-a": "y".repeat(45_000) });
    expect(answer.status).toBe(202);
  });
});

describe("the audit log", () => {
  test("has a line for each sign-in that failed, with the name as it was typed but short and printable", async () => {
    const typed = `Mallory\u0000\u001B[31m${"x".repeat(200)}`;
    const browser = server.browser("203.0.113.7");
    await browser.signIn(typed, "a secret that nobody should see");
    const line = await waitFor("the line", () =>
      server.audit("user-login").find((fields) => fields["source.ip"] === "203.0.113.7"),
    );
    expect(line).toMatchObject({
      "log.level": "warn",
      "event.category": ["authentication"],
      "event.type": ["start"],
      "event.outcome": "failure",
      "event.reason": "wrong",
      "user.name": `Mallory[31m${"x".repeat(53)}`,
      "url.path": "/oauth2/sign_in",
      "labels.method": "password",
    });
  });

  test("holds no password, no token and no cookie", async () => {
    const browser = server.browser();
    await browser.signIn("admin", password);
    await browser.get(`/oauth2/password?token=${server.firstLink}`);
    await browser.get("/machine/auth?scope=otlp", { authorization: "Bearer obsbox_wrong-token" });
    const cookie = browser.cookies.get("__Host-obsbox") ?? "";
    await waitFor("the refused link", () =>
      server.audit("link-use").some((line) => line["event.outcome"] === "failure"),
    );
    await waitFor("the refused token", () => server.audit("token-check").length > 0);
    const printed = server.program.stdout() + server.program.stderr();
    for (const secret of [password, "a secret that nobody", server.firstLink, "wrong-token", cookie]) {
      expect(printed).not.toContain(secret);
    }
  });
});
