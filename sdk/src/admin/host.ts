/** The address that the admin port listens on. */
import { existsSync } from "node:fs";
import type { AdminOptions } from "../options.ts";

export const loopback = "127.0.0.1";
const everywhere = "0.0.0.0";

/** What is set; else this machine alone, or all addresses in a container, where a scraper stands in another one. */
export function adminHost({ host }: AdminOptions): string {
  return host ?? (isInContainer() ? everywhere : loopback);
}

/** Whether it is all addresses of the machine, none of which it names. */
export function isEverywhere(host: string): boolean {
  return host === everywhere || host === "::";
}

function isInContainer(): boolean {
  return (
    existsSync("/.dockerenv") ||
    existsSync("/run/.containerenv") ||
    process.env["KUBERNETES_SERVICE_HOST"] !== undefined
  );
}
