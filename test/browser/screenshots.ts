/** Takes the pictures of the documents: the orders example after a while, every view, light and dark. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { launchBrowser, pages } from "../helpers/browser.ts";
import { freePort } from "../helpers/free-port.ts";
import { root } from "../helpers/run-program.ts";
import { startBox } from "../helpers/start-box.ts";
import { tools } from "../helpers/tools.ts";

const trafficMs = Number(process.argv[2] ?? 240_000);
const folder = join(root, "docs/images");
const orders = [process.execPath, "--env-file=examples/express-orders/load.env", "examples/express-orders/main.ts"];

await using box = await startBox({
  command: orders,
  options: ["--scrape", "5s"],
  env: { PORT: String(await freePort()) },
});
await sleep(trafficMs);
const browser = await launchBrowser(tools.chromium.command);
for (const colorScheme of ["light", "dark"] as const) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
  for (const [name, path] of pages) await take(page, name, path);
  await page.goto(`${box.url}/traces?errors=true&minutes=5`);
  await page.getByRole("row").filter({ hasText: "payments" }).getByRole("link").first().click();
  await shoot(page, "trace");
  await page.close();

  async function take(on: Page, name: string, path: string): Promise<void> {
    await on.goto(`${box.url}${path}?minutes=5${name === "metrics" ? "&group=service_name" : ""}`);
    await shoot(on, name);
  }

  async function shoot(on: Page, name: string): Promise<void> {
    await sleep(2000); // Everything has been drawn.
    await on.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
}
await browser.close();
