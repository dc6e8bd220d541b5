/** Signing in at the box with a browser: what each role finds behind each prefix, and that signing out ends it. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../helpers/browser.ts";
import { areOfficial } from "../helpers/images.ts";
import { need, tools } from "../helpers/tools.ts";
import { openBox, passwordOfTests, userOf } from "./box/box.ts";
import type { Box } from "./box/box.ts";

let box: Box;
let browser: Browser | undefined;

beforeAll(async () => {
  box = await openBox();
  for (const role of ["admin", "editor", "viewer"]) (await box.signedIn(role)).close();
}, 10 * 60_000);

afterAll(() => browser?.close());

const pages = ["/grafana/", "/kibana/", "/prometheus/query", "/alertmanager/", "/jaeger/search"];

/** What Grafana and Kibana are told of somebody; the stand-ins of the tests answer with what they received. */
const identities = [
  { role: "viewer", grafana: "Viewer", kibana: "obsbox_viewer" },
  { role: "editor", grafana: "Editor", kibana: "obsbox_editor" },
  { role: "admin", grafana: "Admin", kibana: "obsbox_admin" },
] as const;

describe.each(identities)("in a browser, somebody with the role $role", ({ role, grafana, kibana }) => {
  let browsing: BrowserContext | undefined;
  let page: Page;

  beforeEach(async (context) => {
    browser ??= await launchBrowser(await need(tools.chromium, context));
    if (browsing !== undefined) return;
    browsing = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await browsing.newPage();
  });

  afterAll(() => browsing?.close());

  test("is asked to sign in, and comes to the page that was asked for", async () => {
    const place = `${box.origin}/prometheus/query?g0.expr=up&g0.tab=1`;
    await page.goto(place);
    expect(new URL(page.url()).pathname).toBe("/oauth2/sign_in");
    await page.getByLabel("User name").fill(userOf(role));
    await page.getByLabel("Password").fill(passwordOfTests);
    await page.getByRole("button", { name: /sign in/i }).click();
    await page.waitForURL(place);
  });

  test("finds the home page with their name, and all five pages", async () => {
    await page.goto(box.origin);
    expect(await page.getByRole("banner").innerText()).toContain(role);
    for (const path of pages) {
      const answer = await page.goto(`${box.origin}${path}`);
      expect(answer?.status(), path).toBe(200);
    }
  });

  test.skipIf(areOfficial)("is known to Grafana and Kibana by the right headers", async () => {
    const received = async (path: string): Promise<Readonly<Record<string, string>>> => {
      const answer = await page.goto(`${box.origin}${path}`);
      const { headers }: { headers: readonly (readonly [string, string])[] } = JSON.parse((await answer?.text()) ?? "");
      return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    };
    expect(await received("/grafana/")).toMatchObject({ "x-webauth-user": userOf(role), "x-webauth-role": grafana });
    const { authorization = "", cookie } = await received("/kibana/");
    expect(Buffer.from(authorization.replace("Basic ", ""), "base64").toString()).toMatch(new RegExp(`^${kibana}:`));
    expect(cookie ?? "").not.toContain("__Host-obsbox");
  });

  test("may silence an alert only with a role that may", async () => {
    await page.goto(`${box.origin}/alertmanager/`);
    const status = await page.evaluate(async () => {
      const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 60_000).toISOString() };
      const matchers = [{ name: "alertname", value: "OfTheTests", isRegex: false, isEqual: true }];
      const body = JSON.stringify({ ...times, matchers, createdBy: "tests", comment: "of the tests" });
      const headers = { "content-type": "application/json" };
      return (await fetch("/alertmanager/api/v2/silences", { method: "POST", headers, body })).status;
    });
    expect(status).toBe(role === "viewer" ? 403 : 200);
  });

  test("is asked to sign in again after signing out", async () => {
    const cookies = await page.context().cookies();
    await page.goto(box.origin);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto(`${box.origin}/jaeger/search`);
    expect(new URL(page.url()).pathname).toBe("/oauth2/sign_in");
    // The cookie of before opens nothing either.
    await page.context().addCookies(cookies);
    await page.goto(`${box.origin}/jaeger/search`);
    expect(new URL(page.url()).pathname).toBe("/oauth2/sign_in");
  });
});
