/** Pictures of the box's own pages for the documents: `node test/e2e/box/screenshots.ts`, with the images of the tests. */
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../helpers/browser.ts";
import { root } from "../../helpers/run-program.ts";
import { tools } from "../../helpers/tools.ts";
import { openBox, passwordOfTests, userOf } from "./box.ts";
import { teardown } from "./end.ts";

const folder = join(root, "docs/images");

const box = await openBox();
(await box.signedIn("admin")).close();
const browser = await launchBrowser(tools.chromium.command);
for (const colorScheme of ["light", "dark"] as const) await take(browser, colorScheme);
await browser.close();
teardown();

async function take(browser: Browser, colorScheme: "light" | "dark"): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme, ignoreHTTPSErrors: true });
  await page.goto(`${box.origin}/oauth2/sign_in`);
  await page.screenshot({ path: join(folder, `box-sign-in-${colorScheme}.png`) });
  await page.getByLabel("User name").fill(userOf("admin"));
  await page.getByLabel("Password").fill(passwordOfTests);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(`${box.origin}/`);
  await page.screenshot({ path: join(folder, `box-home-${colorScheme}.png`) });
  await page.close();
}
