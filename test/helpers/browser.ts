/** A headless Chromium of the machine: its own background traffic switched off. */
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}

export const pages = [
  ["services", "/"],
  ["traces", "/traces"],
  ["logs", "/logs"],
  ["metrics", "/metrics"],
] as const;
