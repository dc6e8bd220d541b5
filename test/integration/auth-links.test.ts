import { describe, expect, test } from "vitest";
import { startAuth } from "../helpers/start-auth.ts";
import { waitFor } from "../helpers/wait-for.ts";

const password = "correct horse battery";
const other = "another horse battery";

const chosen = (token: string, text = password) => ({ token, password: text, again: text });

describe("the link of the first administrator", () => {
  test("shows the form, sets the password, signs in, and works once", async () => {
    await using server = await startAuth();
    const path = `/oauth2/password?token=${server.firstLink}`;
    const browser = server.browser();
    const form = await browser.get(path);
    expect([form.status, await form.text()]).toEqual([200, expect.stringContaining("<strong>admin</strong>")]);
    const answer = await browser.post("/oauth2/password", chosen(server.firstLink));
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    expect(await browser.identity()).toEqual({ status: 202, user: "admin", groups: "admin" });
    expect((await server.browser().get(path)).status).toBe(403);
    expect((await server.browser().post("/oauth2/password", chosen(server.firstLink, other))).status).toBe(403);
    await server.restart();
    expect((await server.browser().get(path)).status).toBe(403);
    expect((await server.browser().signIn("admin", password)).status).toBe(303);
    expect((await server.browser().signIn("admin", other)).status).toBe(401);
    const line = await waitFor("the audit line", () => server.audit("link-use")[0]);
    expect(line).toMatchObject({
      "event.outcome": "failure",
      "event.reason": "not-valid",
      "url.path": "/oauth2/password",
    });
  });

  test("used by two at the same moment works for one", async () => {
    await using server = await startAuth();
    const answers = await Promise.all(
      [password, other].map((text) => server.browser().post("/oauth2/password", chosen(server.firstLink, text))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303, 403]));
    const signIns = await Promise.all([password, other].map((text) => server.browser().signIn("admin", text)));
    expect(signIns.map(({ status }) => status)).toEqual(answers.map(({ status }) => (status === 303 ? 303 : 401)));
  });

  test("is closed for ever by a reset or a removal of the administrator", async () => {
    await using server = await startAuth();
    const path = `/oauth2/password?token=${server.firstLink}`;
    const { token } = await server.run<{ token: string }>("users", "reset", "admin");
    expect((await server.browser().get(path)).status).toBe(403);
    expect((await server.browser().post("/oauth2/password", chosen(token))).status).toBe(303);
    await server.run("users", "remove", "admin");
    expect((await server.browser().get(path)).status).toBe(403);
  });

  test("is not there when the box has no such secret", async () => {
    await using server = await startAuth({ secrets: { "first-link": "" } });
    expect((await server.browser().get("/oauth2/password?token=")).status).toBe(403);
  });
});

describe("links that administrators make", () => {
  test("have at least 128 bits, are kept as a digest, replace the one before, and end the old password", async () => {
    await using server = await startAuth();
    const first = await server.run<{ token: string; expires: string }>("users", "add", "vera", "--role", "viewer");
    expect(Buffer.from(first.token, "base64url").length).toBeGreaterThanOrEqual(16);
    const inADay = Date.now() + 24 * 3_600_000;
    expect(Math.abs(Date.parse(first.expires) - inADay)).toBeLessThan(60_000);
    const second = await server.run<{ token: string }>("users", "reset", "vera");
    expect((await server.browser().get(`/oauth2/password?token=${first.token}`)).status).toBe(403);
    const browser = server.browser();
    expect((await browser.post("/oauth2/password", chosen(second.token))).status).toBe(303);
    expect(await browser.identity()).toEqual({ status: 202, user: "vera", groups: "viewer" });
    await server.run("users", "reset", "vera");
    expect((await server.browser().signIn("vera", password)).status).toBe(401);
  });

  test("a password that cannot be is said, and the link still works", async () => {
    await using server = await startAuth();
    const { token } = await server.run<{ token: string }>("users", "add", "administrator", "--role", "admin");
    const choose = async (text: string, again = text) => {
      const answer = await server.browser().post("/oauth2/password", { token, password: text, again });
      return [answer.status, /<p class="error"[^>]*>([^<]*)</.exec(await answer.text())?.[1]];
    };
    expect(await choose("short")).toEqual([400, "It has 5 characters; at least 12 are needed."]);
    expect(await choose("x".repeat(300))).toEqual([400, "It has 300 characters; at most 256 are possible."]);
    expect(await choose("administrator")).toEqual([400, "It is the user name."]);
    expect(await choose(password, other)).toEqual([400, "The two are not the same."]);
    expect(await choose(password)).toEqual([303, undefined]);
  });

  test("a password is the same however its letters were composed", async () => {
    await using server = await startAuth();
    const composed = "Köln ist schön am Rhein";
    await server.browser().post("/oauth2/password", chosen(server.firstLink, composed));
    expect((await server.browser().signIn("admin", composed.normalize("NFD"))).status).toBe(303);
  });

  test("are not there when only company accounts may sign in", async () => {
    await using server = await startAuth({
      env: { OBSBOX_LOCAL_USERS: "off", OBSBOX_OIDC_ISSUER: "https://sso.test", OBSBOX_OIDC_CLIENT_ID: "box" },
    });
    expect((await server.browser().get(`/oauth2/password?token=${server.firstLink}`)).status).toBe(403);
    expect((await server.browser().post("/oauth2/password", chosen(server.firstLink))).status).toBe(403);
    expect((await server.browser().signIn("admin", password)).status).toBe(403);
    expect(await (await server.browser().get("/oauth2/sign_in")).text()).not.toContain("password");
  });
});
