/**
 * Opens every dashboard of a box in Chromium, light and dark, wide and narrow, with all rows open, and says what is not
 * right: `node test/e2e/dashboards/look.ts FOLDER [PICTURES]`, for a box in whose place of Grafana a real one runs. Pictures
 * of all of them go into the folder PICTURES; the exit code is 1 when a panel has an error or nothing to show.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { pages } from "../../../dashboards/src/pages.ts";
import type { Page as Dashboard } from "../../../dashboards/src/model.ts";
import { launchBrowser } from "../../helpers/browser.ts";
import { tools } from "../../helpers/tools.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { boxAt, passwordOfTests, userOf } from "../box/box.ts";

const [, , folder = "", pictures = ""] = process.argv;
const themes = ["light", "dark"] as const;
const widths = [1440, 1024] as const;
/** Higher than any page, since panels ask only once they can be seen. */
const height = 7000;
/** Older Grafana asks Elasticsearch by way of its proxy, which is closed to viewers. */
const role = "admin";
const patienceMs = 120_000;
const calmMs = 2500;
/** What a visitor of a page of one service has chosen. */
const chosen = "var-service=orders";

const box = boxAt(folder);
(await box.signedIn(role)).close();
if (pictures !== "") mkdirSync(pictures, { recursive: true });
const browser = await launchBrowser(tools.chromium.command);
const findings: string[] = [];
for (const theme of themes) for (const width of widths) findings.push(...(await lookAtAll(browser, theme, width)));
await browser.close();
process.stdout.write(
  `${pages.length} dashboards, ${themes.length * widths.length} views each: ${findings.length} problems\n`,
);
process.exitCode = findings.length > 0 ? 1 : 0;

async function lookAtAll(browser: Browser, theme: (typeof themes)[number], width: number): Promise<readonly string[]> {
  const view = `${theme} ${width}`;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, ignoreHTTPSErrors: true });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`script error: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} for ${new URL(response.url()).pathname}`);
  });
  await signIn(page);
  const found: string[] = [];
  for (const dashboard of pages) {
    errors.length = 0;
    const problems = await lookAt(page, dashboard, theme);
    if (pictures !== "") await takePicture(page, join(pictures, `${dashboard.uid}-${theme}-${width}.png`));
    const own = [...problems, ...new Set(errors)];
    for (const problem of own) process.stdout.write(`${dashboard.uid} (${view}): ${problem}\n`);
    found.push(...own);
  }
  await page.close();
  return found;
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${box.origin}/oauth2/sign_in`);
  await page.getByLabel("User name").fill(userOf(role));
  await page.getByLabel("Password").fill(passwordOfTests);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(`${box.origin}/`);
}

/** Waits until nothing loads any more, then reads what stands in the panels. */
async function lookAt(page: Page, dashboard: Dashboard, theme: string): Promise<readonly string[]> {
  const query = `from=now-15m&to=now&refresh=&theme=${theme}&${chosen}`;
  await page.goto(`${box.origin}/grafana/d/obsbox-${dashboard.uid}?${query}`, { timeout: patienceMs });
  await page.locator(".react-grid-item").first().waitFor({ timeout: patienceMs });
  for (const { title, isCollapsed } of dashboard.sections) {
    if (isCollapsed === true && title !== undefined) await row(page, title.en).click();
  }
  await untilCalm(page);
  const empty = await page.getByText(/^No data$/).count();
  const troubled = await page.locator("[aria-label='Panel status error'], .panel-info-corner--error").count();
  const alerts = await page.locator("[data-testid^='data-testid Alert error']").allInnerTexts();
  return [
    ...(empty > 0 ? [`${empty} times "No data"`] : []),
    ...(troubled > 0 ? [`${troubled} panels with an error`] : []),
    ...alerts.map((text) => text.replaceAll("\n", " ")),
  ];
}

/** The title of a row, in older and in newer Grafana. */
function row(page: Page, title: string) {
  const titles = page.locator(".dashboard-row__title, [data-testid^='data-testid dashboard-row-title']");
  return titles.filter({ hasText: title }).first();
}

/** Nothing is asked any more, and nothing has been for a moment: panels ask one after the other. */
async function untilCalm(page: Page): Promise<void> {
  let lastChange = performance.now();
  const note = () => void (lastChange = performance.now());
  page.on("request", note).on("requestfinished", note).on("requestfailed", note);
  const loading = page.locator(".panel-loading, [aria-label='Panel loading bar']");
  const isCalm = async () => performance.now() - lastChange > calmMs && (await loading.count()) === 0;
  await waitFor("the end of loading", isCalm, patienceMs);
  page.off("request", note).off("requestfinished", note).off("requestfailed", note);
}

/** As far as there is something to see. */
async function takePicture(page: Page, path: string): Promise<void> {
  const boxes = await Promise.all((await page.locator(".react-grid-item").all()).map((panel) => panel.boundingBox()));
  const end = Math.max(300, ...boxes.map((one) => (one === null ? 0 : one.y + one.height)));
  const { width } = page.viewportSize() ?? { width: 1440 };
  await page.screenshot({ path, clip: { x: 0, y: 0, width, height: Math.min(end + 16, height) } });
}
