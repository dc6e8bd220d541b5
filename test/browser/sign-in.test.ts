import { deepStrictEqual } from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeAuthority, makeLeaf } from "../../cli/box/certificates.ts";
import { launchBrowser } from "../helpers/browser.ts";
import { freePort } from "../helpers/free-port.ts";
import { startAuth } from "../helpers/start-auth.ts";
import type { AuthServer } from "../helpers/start-auth.ts";
import { need, tools } from "../helpers/tools.ts";

const password = "correct horse battery";

/** Folder for pictures of the pages; none are taken without it. */
const pictures = process.env["OBSBOX_TEST_PICTURES"];

let browser: Browser | undefined;
let server: AuthServer;
let front: Server;
let page: Page;
/** What the page complained about, which must be nothing. */
let complaints: string[] = [];
/** Status of the answers that pages were made of. */
let statuses: number[] = [];

beforeAll(async () => {
  const port = await freePort();
  server = await startAuth({
    origin: `https://localhost:${port}`,
    env: { OBSBOX_OIDC_ISSUER: "https://sso.test", OBSBOX_OIDC_CLIENT_ID: "box" },
  });
  front = await startFront(port, () => new URL(server.url));
  await server.browser().post("/oauth2/password", { token: server.firstLink, password, again: password });
});
afterAll(async () => {
  await browser?.close();
  front.closeAllConnections();
  front.close();
  await server[Symbol.asyncDispose]();
});

beforeEach(async (context) => {
  // axe is a script; people need none.
  const needsScripts = context.task.suite?.name !== "without JavaScript";
  browser ??= await launchBrowser(await need(tools.chromium, context));
  const browsing = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ignoreHTTPSErrors: true,
    javaScriptEnabled: needsScripts,
  });
  page = await browsing.newPage();
  complaints = [];
  statuses = [];
  page.on("console", (message) => {
    // The browser also says that an answer was 401, 403 or 429, which is what it has to be.
    if (message.type() === "error" && !message.text().includes("the server responded with a status of")) {
      complaints.push(message.text());
    }
  });
  page.on("response", (response) => {
    if (response.request().isNavigationRequest()) statuses.push(response.status());
  });
  page.on("request", (sent) => {
    if (!sent.url().startsWith(server.origin)) complaints.push(`asked for ${sent.url()}`);
  });
});
afterEach(async () => {
  await page.context().close();
  deepStrictEqual(complaints, []);
});

/** TLS in front of the service, as Nginx is: cookies of the name `__Host-` need it. */
async function startFront(port: number, upstream: () => URL): Promise<Server> {
  const { cert, key } = await makeLeaf(await makeAuthority("test"), ["localhost"]);
  const server = createServer({ key, cert }, (incoming, answer) => {
    const { hostname, port: inner } = upstream();
    const { method, url: path, headers, socket } = incoming;
    const own = { ...headers, "x-forwarded-for": socket.remoteAddress ?? "" };
    const passed = request({ hostname, port: inner, method, path, headers: own }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    incoming.pipe(passed);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const goto = (path: string) => page.goto(server.origin + path);

async function signIn(name: string, text: string): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(text);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function newLink(name: string): Promise<string> {
  const { token } = await server.run<{ token: string }>("users", "add", name, "--role", "viewer");
  return `/oauth2/password?token=${token}`;
}

describe("without JavaScript", () => {
  test("a wrong password is said, the right one leads to the home page, and signing out ends it", async () => {
    await goto("/");
    expect(page.url()).toBe(`${server.origin}/oauth2/sign_in?rd=%2F`);
    await signIn("admin", "wrong password!");
    const field = page.getByLabel("Password");
    expect(await field.getAttribute("aria-describedby")).toBe("error");
    expect(await page.locator("#error").innerText()).toBe("User name or password is wrong.");
    expect(await page.getByLabel("User name").inputValue()).toBe("admin");
    await signIn("admin", password);
    expect(page.url()).toBe(`${server.origin}/`);
    expect(await page.getByRole("listitem").count()).toBe(5);
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(page.url()).toBe(`${server.origin}/oauth2/sign_in`);
    await goto("/");
    expect(page.url()).toContain("/oauth2/sign_in");
    expect(statuses).toContain(401);
  });

  test("a one-time link lets its user choose a password, and signs in", async () => {
    await goto(await newLink("nora"));
    await page.getByLabel("New password").fill("short");
    await page.getByLabel("The same once more").fill("short");
    await page.getByRole("button").click();
    expect(await page.locator("#error").innerText()).toContain("at least 12");
    await page.getByLabel("New password").fill(password);
    await page.getByLabel("The same once more").fill(password);
    await page.getByRole("button").click();
    expect(page.url()).toBe(`${server.origin}/`);
    expect(await page.locator(".account").innerText()).toMatch(/nora\s+viewer/);
  });

  test("the keyboard is enough: the fields come in order, and what has the focus is seen", async () => {
    await goto("/oauth2/sign_in");
    const order: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      order.push(((await focused.getAttribute("name")) ?? (await focused.innerText())).trim());
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    }
    expect(order).toEqual(["obsbox", "Sign in with your company account", "username", "password", "Sign in"]);
  });
});

const views: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["sign-in", () => goto("/oauth2/sign_in")],
  [
    "sign-in-error",
    async () => {
      await goto("/oauth2/sign_in");
      await signIn("mallory", "wrong password!");
    },
  ],
  ["password", async () => goto(await newLink(`user-${Date.now()}`))],
  [
    "home",
    async () => {
      await goto("/");
      await signIn("admin", password);
    },
  ],
  ["link-refused", () => goto("/oauth2/password?token=x")],
  ["not-found", () => goto("/nowhere")],
];

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test.each(views)("the %s page has no violation that axe knows, and fits on a narrow screen", async (name, open) => {
    await page.emulateMedia({ colorScheme });
    await open();
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/auth-${name}-${colorScheme}.png` });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    await page.setViewportSize({ width: 340, height: 700 });
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/auth-${name}-${colorScheme}-narrow.png` });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(340);
  });
});
