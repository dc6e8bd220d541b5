import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../helpers/free-port.ts";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer, TestBrowser } from "../helpers/start-auth.ts";
import { waitFor } from "../helpers/wait-for.ts";

const secret = "a secret of the client with: all % signs & more +";
const origin = "https://box.test";
const password = "correct horse battery";

interface Account {
  readonly groups?: readonly string[];
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly preferred_username?: string;
}

/** People of the company. */
const accounts: Readonly<Record<string, Account>> = {
  ann: { groups: ["staff", "platform"], email: "ann@corp.test", preferred_username: "ann" },
  bob: { groups: ["staff"], email: "bob@corp.test" },
  eve: { groups: ["staff,platform", "platform,x"], email: "eve@corp.test" },
  max: { groups: ["readers"], email: "admin@corp.test", email_verified: false, preferred_username: "admin" },
};

/** A real identity provider, as npm has it. */
async function startProvider(port: number, inIdToken = false): Promise<Server> {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: "box", client_secret: secret, redirect_uris: [`${origin}/oauth2/callback`] }],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["preferred_username"],
      groups: ["groups"],
    },
    scopes: ["openid", "email", "profile", "groups"],
    conformIdTokenClaims: !inIdToken,
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    cookies: { keys: ["a key of the provider"] },
  });
  const server = createServer((request, response) => void provider.callback()(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

let port: number;
let provider: Server;
let server: AuthServer;

const settingsFor = (issuer: string) => ({
  origin,
  secrets: { "oidc-client-secret": secret },
  env: {
    OBSBOX_OIDC_ISSUER: issuer,
    OBSBOX_OIDC_CLIENT_ID: "box",
    OBSBOX_ADMIN_GROUP: "platform",
    OBSBOX_VIEWER_GROUP: "readers",
  },
});

beforeAll(async () => {
  port = await freePort();
  provider = await startProvider(port);
  server = await startAuth(settingsFor(`http://127.0.0.1:${port}`));
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await server[Symbol.asyncDispose]();
});

/** Signs in at the provider as a person would, and gives the address that leads back. */
async function passProvider(start: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = { url: start, form: undefined as Record<string, string> | undefined };
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(next.url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(next.form === undefined ? {} : { method: "POST", body: new URLSearchParams(next.form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      const target = new URL(location, next.url);
      if (target.origin === origin) return target;
      next = { url: target.href, form: undefined };
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]+action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`no form: ${page}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "";
    next = { url: new URL(action, next.url).href, form: { prompt, login, password: "any" } };
  }
  throw new Error("the provider does not lead back");
}

/** The whole way, up to the callback's answer. */
async function signIn(browser: TestBrowser, login: string, rd = "/grafana/"): Promise<Response> {
  const start = await browser.get(`/oauth2/start?rd=${encodeURIComponent(rd)}`);
  expect(start.status).toBe(302);
  const back = await passProvider(start.headers.get("location") ?? "", login);
  return browser.get(back.pathname + back.search);
}

describe("with a company login", () => {
  test("the sign-in page shows both ways, the company's first", async () => {
    const page = await (await server.browser().get("/oauth2/sign_in?rd=/kibana/")).text();
    expect(page.indexOf('href="/oauth2/start?rd=%2Fkibana%2F"')).toBeGreaterThan(0);
    expect(page.indexOf('name="username"')).toBeGreaterThan(page.indexOf("/oauth2/start"));
  });

  test("asks for a code with PKCE, state and nonce, and remembers them in a cookie that is sealed and short-lived", async () => {
    const answer = await server.browser().get("/oauth2/start");
    const query = new URL(answer.headers.get("location") ?? "").searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: "box",
      redirect_uri: `${origin}/oauth2/callback`,
      scope: "openid email profile groups",
      code_challenge_method: "S256",
    });
    const [line = ""] = answer.headers.getSetCookie();
    expect(line).toMatch(/^__Host-obsbox-oidc=[\w.-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/);
    for (const name of ["state", "nonce"]) expect(line).not.toContain(query.get(name) ?? "?");
  });

  test("a member of a known group gets its role, and only groups that give one are passed on", async () => {
    const browser = server.browser();
    const answer = await signIn(browser, "ann", "/grafana/d/1");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/grafana/d/1"]);
    const check = await browser.get("/oauth2/auth");
    expect(Object.fromEntries(check.headers)).toMatchObject({
      "x-auth-request-user": "ann@corp.test",
      "x-auth-request-email": "ann@corp.test",
      "x-auth-request-preferred-username": "ann",
      "x-auth-request-groups": "platform",
    });
    expect(browser.cookies.has("__Host-obsbox-oidc")).toBe(false);
    const line = await waitFor("the audit line", () =>
      server
        .audit("user-login")
        .find((fields) => fields["labels.method"] === "oidc" && fields["event.outcome"] === "success"),
    );
    expect(line["user.name"]).toBe("ann@corp.test");
  });

  test("who is in no known group is told what to ask for, and gets no session", async () => {
    const browser = server.browser();
    const answer = await signIn(browser, "bob");
    const page = await answer.text();
    expect(answer.status).toBe(403);
    for (const part of ["bob@corp.test", "readers, editor, platform"]) expect(page).toContain(part);
    expect((await browser.identity()).status).toBe(401);
  });

  test("a group whose name holds a comma does not become two", async () => {
    expect((await signIn(server.browser(), "eve")).status).toBe(403);
  });

  test("a name that people choose there is never one of a user of the box", async () => {
    const browser = server.browser();
    await signIn(browser, "max");
    expect(await browser.identity()).toEqual({ status: 202, user: "admin@127.0.0.1", groups: "readers" });
  });

  test("signing out ends the session", async () => {
    const browser = server.browser();
    await signIn(browser, "ann");
    const token = browser.cookies.get("__Host-obsbox") ?? "";
    await browser.post("/oauth2/sign_out", {});
    browser.cookies.set("__Host-obsbox", token);
    expect((await browser.identity()).status).toBe(401);
  });

  test("the first administrator can sign in with a password all the same", async () => {
    const browser = server.browser();
    await browser.post("/oauth2/password", { token: server.firstLink, password, again: password });
    expect(await browser.identity()).toEqual({ status: 202, user: "admin", groups: "platform" });
  });
});

describe("a way back that was not begun here", () => {
  const start = async (browser: TestBrowser) => {
    const answer = await browser.get("/oauth2/start");
    return passProvider(answer.headers.get("location") ?? "", "ann");
  };

  test.each<[string, (browser: TestBrowser, back: URL) => void, number]>([
    ["without the cookie", (browser) => browser.cookies.clear(), 400],
    ["with a cookie that is forged", (browser) => browser.cookies.set("__Host-obsbox-oidc", "x.y"), 400],
    ["with another state", (_browser, back) => back.searchParams.set("state", "other"), 403],
    ["with another code", (_browser, back) => back.searchParams.set("code", "other"), 403],
    ["without a code", (_browser, back) => back.searchParams.delete("code"), 403],
    ["of another issuer", (_browser, back) => back.searchParams.set("iss", "https://evil.test"), 403],
    ["of a person who said no", (_browser, back) => back.searchParams.set("error", "access_denied"), 403],
  ])("%s is refused", async (_what, change, status) => {
    const browser = server.browser();
    const back = await start(browser);
    change(browser, back);
    const answer = await browser.get(back.pathname + back.search);
    expect([answer.status, (await browser.identity()).status]).toEqual([status, 401]);
    expect(await answer.text()).toContain("/oauth2/sign_in");
  });

  test("used twice is refused the second time", async () => {
    const browser = server.browser();
    const back = await start(browser);
    const memory = browser.cookies.get("__Host-obsbox-oidc") ?? "";
    expect((await browser.get(back.pathname + back.search)).status).toBe(302);
    const second = server.browser();
    second.cookies.set("__Host-obsbox-oidc", memory);
    expect((await second.get(back.pathname + back.search)).status).toBe(403);
  });

  test("what is remembered for it is no session, and a session is no memory of it", async () => {
    const browser = server.browser();
    const back = await start(browser);
    const memory = browser.cookies.get("__Host-obsbox-oidc") ?? "";
    const thief = server.browser();
    thief.cookies.set("__Host-obsbox", memory);
    expect((await thief.identity()).status).toBe(401);
    await browser.get(back.pathname + back.search);
    const other = server.browser();
    other.cookies.set("__Host-obsbox-oidc", browser.cookies.get("__Host-obsbox") ?? "");
    expect((await other.get("/oauth2/callback?code=a&state=b")).status).toBe(400);
  });
});

describe("a provider", () => {
  test("that puts the groups into the ID token is not asked for more", async () => {
    const own = await freePort();
    const other = await startProvider(own, true);
    await using box = await startAuth(settingsFor(`http://127.0.0.1:${own}`));
    const browser = box.browser();
    await signIn(browser, "ann");
    expect((await browser.identity()).groups).toBe("platform");
    other.closeAllConnections();
    other.close();
  });

  test("that is down gives a page that says so, local users sign in, and when it is back people do too", async () => {
    const own = await freePort();
    await using box = await startAuth(settingsFor(`http://127.0.0.1:${own}`));
    const down = await box.browser().get("/oauth2/start");
    expect([down.status, down.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await down.text()).toContain("does not answer");
    const local = await box.browser().post("/oauth2/password", { token: box.firstLink, password, again: password });
    expect(local.status).toBe(303);
    const late = await startProvider(own);
    const browser = box.browser();
    expect((await signIn(browser, "ann")).status).toBe(302);
    const begun = box.browser();
    const start = await begun.get("/oauth2/start");
    const back = await passProvider(start.headers.get("location") ?? "", "ann");
    late.closeAllConnections();
    late.close();
    await once(late, "close");
    expect((await begun.get(back.pathname + back.search)).status).toBe(503);
    expect((await browser.identity()).status).toBe(202);
  });
});
