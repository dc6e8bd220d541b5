import { deepStrictEqual } from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser, pages } from "../helpers/browser.ts";
import { freePort } from "../helpers/free-port.ts";
import { otlpSpan, startBox, traces } from "../helpers/start-box.ts";
import type { Box } from "../helpers/start-box.ts";
import { need, tools } from "../helpers/tools.ts";
import { waitFor } from "../helpers/wait-for.ts";

const orders = [process.execPath, "--env-file=examples/express-orders/load.env", "examples/express-orders/main.ts"];

let browser: Browser | undefined;
let box: Box;
let page: Page;
/** What the page complained about, which must be nothing. */
let complaints: string[] = [];

beforeAll(async () => {
  box = await startBox({ command: orders, env: { PORT: String(await freePort()) } });
  await waitFor("a failed order with its log lines", async () => {
    const { traces: found } = await box.get<{ traces: { services: string[] }[] }>("/api/traces?errors=true");
    return found.some(({ services }) => services.length === 3);
  });
});
afterAll(async () => {
  await browser?.close();
  await box[Symbol.asyncDispose]();
});

beforeEach(async (context) => {
  browser ??= await launchBrowser(await need(tools.chromium, context));
  const browsing = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  page = await browsing.newPage();
  complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(box.url)) complaints.push(`asked for ${request.url()}`);
  });
});
afterEach(async () => {
  await page.context().close();
  deepStrictEqual(complaints, []);
});

test("three clicks lead from a red service to its failing trace to that request's log line", async () => {
  await page.goto(box.url);
  await page.getByRole("link", { name: /errors of payments: show their traces/ }).click();
  await page.getByRole("row").filter({ hasText: "payments" }).getByRole("link").first().click();
  await page.getByRole("link", { name: /^bank refused to take \d+ for order \d+$/ }).click();

  const line = page.locator("tr[aria-current=true]");
  await line.waitFor();
  expect(await line.innerText()).toMatch(/error\s+payments\s+bank refused to take/);
  await page.getByText("Error: bank refused to take").first().waitFor(); // The stack trace, open already.
});

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test.each(pages)("the %s page has no violation that axe knows", async (_name, path) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(box.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await settled(page, path);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  });

  test("a trace with its details open has no violation that axe knows", async () => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${box.url}/traces?errors=true`);
    await page.getByRole("row").filter({ hasText: "payments" }).getByRole("link").first().click();
    await page.locator(".waterfall .span").first().waitFor();
    for (const span of await page.locator(".waterfall .span").all()) await span.click();
    await page.getByText("http.route").first().waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  });
});

test("a theme that was chosen stays", async () => {
  await page.goto(box.url);
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Use the light theme" }).waitFor();
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
});

test("every view is reached with the keyboard, and its filters are in the address", async () => {
  await page.goto(box.url);
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Skip to content");
  for (const name of ["obsbox", "Services", "Traces"]) {
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe(name);
  }
  await page.keyboard.press("Enter");
  await page.getByLabel("Operation").focus();
  await page.keyboard.type("catalogue");
  await page.waitForURL(/operation=catalogue/);
  await page.getByRole("row").filter({ hasText: "/catalogue" }).first().waitFor();
  await page.reload();
  expect(await page.getByLabel("Operation").inputValue()).toBe("catalogue");
});

test("the live tail shows lines as they come", async () => {
  await page.goto(`${box.url}/logs?tail=true&service=live`);
  await page.getByText("No log line in this time fits.").waitFor();
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "live" } }] };
  const record = { timeUnixNano: String(Date.now() * 1e6), severityNumber: 9, body: { stringValue: "here I am" } };
  await box.send("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
  await page.getByRole("button", { name: "here I am" }).waitFor();
});

test("the dots of a chart open the trace of a request", async () => {
  const [dot] = await waitFor("an exemplar on the chart", async () => {
    await page.goto(`${box.url}/metrics?minutes=5`);
    await settled(page, "/metrics");
    const dots = await page.getByRole("list", { name: "Requests with a trace" }).getByRole("link").all();
    return dots.length > 0 && dots;
  });
  await dot?.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  await page.locator(".waterfall .span").first().waitFor();
});

test("texts of services are shown as text, whatever they are", async () => {
  const name = "<img src=x onerror=alert(1)>";
  await box.send("traces", traces([otlpSpan({ name })], name));
  for (const path of ["/", `/traces?operation=${encodeURIComponent("<img")}`]) {
    await page.goto(box.url + path);
    await page.getByRole("table").getByText(name).first().waitFor();
  }
  expect(await page.locator("img[src=x]").count()).toBe(0);
});

test("paused, cleared and resumed, the page says so", async () => {
  await page.goto(box.url);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused: nothing new comes in.").waitFor();
  await page.getByText("Window").click();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
});

/** The chart is drawn after its data has come. */
async function settled(on: Page, path: string): Promise<void> {
  if (path === "/metrics") await on.locator(".chart canvas").waitFor();
  else await on.getByRole("table").first().waitFor();
}

function focused(on: Page): Promise<string> {
  return on.locator(":focus").innerText();
}
