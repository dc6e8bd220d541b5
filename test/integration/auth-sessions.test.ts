import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EncryptJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer, TestBrowser } from "../helpers/start-auth.ts";
import { waitFor } from "../helpers/wait-for.ts";

const password = "correct horse battery";
const cookieName = "__Host-obsbox";

let server: AuthServer;

beforeAll(async () => {
  server = await startAuth();
  await server.browser().post("/oauth2/password", { token: server.firstLink, password, again: password });
});
afterAll(() => server[Symbol.asyncDispose]());

async function signedIn(): Promise<TestBrowser> {
  const browser = server.browser();
  await browser.signIn("admin", password);
  expect((await browser.identity()).status).toBe(202);
  return browser;
}

const cookieOf = (browser: TestBrowser) => browser.cookies.get(cookieName) ?? "";
const refusals = (reason: string) => server.metric("obsbox_auth_sessions_refused_total", { reason });

/** One character of the part that holds the claims is another one. */
function tampered(token: string): string {
  const parts = token.split(".");
  const claims = parts[3] ?? "";
  parts[3] = `${claims.startsWith("A") ? "B" : "A"}${claims.slice(1)}`;
  return parts.join(".");
}

async function encryptedWith(key: Uint8Array): Promise<string> {
  return new EncryptJWT({ id: "1", user: "admin", kind: "local", generation: 1, started: 0, issued: 0 })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setAudience("session")
    .setExpirationTime("1h")
    .encrypt(key);
}

describe("a session that was not made by the service is refused", () => {
  test.each<[string, (token: string) => string | Promise<string>]>([
    ["with a claim changed", tampered],
    ["cut short", (token) => token.slice(0, -3)],
    ["encrypted with another key", () => encryptedWith(new Uint8Array(32))],
    ["without encryption", () => "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiYWRtaW4ifQ."],
    [
      "with a header that names another algorithm",
      (token) => token.replace(/^[^.]+/, btoa('{"alg":"A128KW","enc":"A256GCM"}')),
    ],
    ["of nonsense", () => "x".repeat(4000)],
    ["of 5 KiB", () => "x".repeat(5000)],
    ["that is a one-time link's token", () => server.firstLink],
    ["that is a machine token", () => server.machineToken],
  ])("%s", async (_what, forge) => {
    const forged = await forge(cookieOf(await signedIn()));
    const browser = server.browser();
    browser.cookies.set(cookieName, forged);
    expect((await browser.identity()).status).toBe(401);
    const home = await browser.get("/");
    expect([home.status, home.headers.get("location")]).toEqual([302, "/oauth2/sign_in?rd=%2F"]);
  });

  test("it is counted and written down, and a flood of them does not fill the log", async () => {
    const [before, lines] = [await refusals("forged"), server.audit("session-check").length];
    const browser = server.browser("203.0.113.9");
    browser.cookies.set(cookieName, "forged");
    for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 20 }, () => browser.identity()));
    expect((await refusals("forged")) - before).toBe(400);
    expect(await server.metric("obsbox_auth_audit_suppressed_total", { action: "session-check" })).toBeGreaterThan(200);
    const written = server.audit("session-check");
    expect(written.length - lines).toBeLessThan(150);
    expect(written.at(-1)).toMatchObject({
      "event.outcome": "failure",
      "event.reason": "forged",
      "source.ip": "203.0.113.9",
    });
  });
});

describe("a token of one purpose is none of another", () => {
  test("a session does not open a link, and is no machine token", async () => {
    const token = cookieOf(await signedIn());
    expect((await server.browser().get(`/oauth2/password?token=${token}`)).status).toBe(403);
    const answer = await server.browser().get("/machine/auth?scope=otlp", { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
  });

  test("a link's token is no machine token, and a machine token opens no link", async () => {
    const authorization = `Bearer ${server.firstLink}`;
    expect((await server.browser().get("/machine/auth?scope=otlp", { authorization })).status).toBe(401);
    expect((await server.browser().get(`/oauth2/password?token=${server.machineToken}`)).status).toBe(403);
  });
});

describe("signing out", () => {
  test("ends the session on the server, also for a copy of the cookie and after a restart; others go on", async () => {
    const [browser, copy, other] = [await signedIn(), server.browser(), await signedIn()];
    copy.cookies.set(cookieName, cookieOf(browser));
    const answer = await browser.post("/oauth2/sign_out", {});
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/oauth2/sign_in"]);
    expect(browser.cookies.has(cookieName)).toBe(false);
    expect((await copy.identity()).status).toBe(401);
    await server.restart();
    expect((await copy.identity()).status).toBe(401);
    expect((await other.identity()).status).toBe(202);
  });

  test("by a link of ours works, by a link of another site it asks first", async () => {
    const browser = await signedIn();
    const foreign = await browser.get("/oauth2/sign_out", {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
    });
    expect([foreign.status, await foreign.text()]).toEqual([200, expect.stringContaining("Sign out?")]);
    const image = await browser.get("/oauth2/sign_out", {
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "no-cors",
    });
    expect(image.status).toBe(200);
    expect((await browser.identity()).status).toBe(202);
    const own = await browser.get("/oauth2/sign_out?rd=/oauth2/sign_in", {
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "navigate",
    });
    expect([own.status, own.headers.get("location")]).toEqual([302, "/oauth2/sign_in"]);
    expect((await browser.identity()).status).toBe(401);
  });

  test("does not lead to other sites", async () => {
    const answer = await (await signedIn()).post("/oauth2/sign_out?rd=//evil.test", {});
    expect(answer.headers.get("location")).toBe("/");
  });

  test("very often ends all sessions of the user, and the list of those that have ended stays short", async () => {
    const user = await server.addUser("often", "viewer", password);
    const later = server.browser();
    await later.signIn("often", password);
    const token = cookieOf(user);
    // Each sign-in costs a password hash: one session, copied, is enough to fill the list of one user.
    const path = join(server.folder, "data/revoked-sessions.json");
    const entries = JSON.parse(await readFile(path, "utf8")) as object[];
    const expires = Date.now() + 3_600_000;
    const many = Array.from({ length: 64 }, (_, n) => ({ user: "local often", id: `old-${n}`, until: 1, expires }));
    await server.program.end();
    await writeFile(path, JSON.stringify([...entries, ...many]));
    await server.restart();
    expect((await later.identity()).status).toBe(202);
    await user.post("/oauth2/sign_out", {});
    expect(token).not.toBe("");
    expect((await later.identity()).status).toBe(401);
    const kept = JSON.parse(await readFile(path, "utf8")) as { user: string }[];
    expect(kept.filter((entry) => entry.user === "local often")).toHaveLength(1);
    const again = server.browser();
    await again.signIn("often", password);
    expect((await again.identity()).status).toBe(202);
  });
});

describe("a change of a user ends the sessions at once", () => {
  test.each<[string, (name: string) => readonly string[], number]>([
    ["another role", (name) => ["users", "role", name, "viewer"], 303],
    ["removal", (name) => ["users", "remove", name], 401],
    ["a password reset", (name) => ["users", "reset", name], 401],
  ])("%s", async (what, command, signInStatus) => {
    const name = what.replaceAll(" ", ".");
    const browser = await server.addUser(name, "editor", password);
    expect((await browser.identity()).status).toBe(202);
    await server.run(...command(name));
    expect((await browser.identity()).status).toBe(401);
    expect((await server.browser().signIn(name, password)).status).toBe(signInStatus);
  });

  test("a user who comes back under the same name does not bring the old session back", async () => {
    const browser = await server.addUser("phoenix", "admin", password);
    await server.run("users", "remove", "phoenix");
    const next = await server.addUser("phoenix", "admin", password);
    expect([(await browser.identity()).status, (await next.identity()).status]).toEqual([401, 202]);
  });
});

describe("time", () => {
  test("a session ends when it is not used, is renewed while it is, and ends for good after its lifetime", async () => {
    await using quick = await startAuth({ env: { OBSBOX_SESSION_IDLE: "3s", OBSBOX_SESSION_LIFETIME: "8s" } });
    const active = quick.browser();
    await active.post("/oauth2/password", { token: quick.firstLink, password, again: password });
    const idle = quick.browser();
    idle.cookies.set(cookieName, cookieOf(active));
    await waitFor("a renewed cookie", async () => {
      expect((await active.identity()).status).toBe(202);
      return cookieOf(active) !== cookieOf(idle);
    });
    await waitFor("the end of the first cookie", async () => {
      await active.identity();
      const again = quick.browser();
      again.cookies.set(cookieName, cookieOf(idle));
      return (await again.identity()).status === 401;
    });
    expect((await active.identity()).status).toBe(202);
    await waitFor("the end of its lifetime", async () => (await active.identity()).status === 401);
    expect(await quick.metric("obsbox_auth_sessions_refused_total", { reason: "expired" })).toBeGreaterThan(0);
  });

  test("a cookie is made anew by a check and by the home page, not with every request", async () => {
    const browser = await signedIn();
    const before = cookieOf(browser);
    for (const path of ["/oauth2/auth", "/", "/oauth2/userinfo"]) await browser.get(path);
    expect(cookieOf(browser)).toBe(before);
  });
});
