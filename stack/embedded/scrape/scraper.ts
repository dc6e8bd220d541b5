/** Fetches `/metrics` of every service that has told where its admin port is. */
import type { ScrapeTarget } from "../store/resources.ts";
import type { Store } from "../store/store.ts";
import { parseExposition } from "./parse.ts";

const timeoutMs = 4000;
const maxBytes = 20 * 1024 ** 2;

/** After so many failures a service counts as gone, until it sends something again. */
const maxFailures = 3;

interface Failures {
  count: number;
  atUs: number;
}

/**
 * Starts scraping.
 *
 * @returns What stops it.
 */
export function startScraper(store: Store, intervalMs: number): () => void {
  const failures = new Map<string, Failures>();
  const timer = setInterval(() => void scrapeAll(store, failures), intervalMs).unref();
  return () => clearInterval(timer);
}

async function scrapeAll(store: Store, failures: Map<string, Failures>): Promise<void> {
  const targets = store.tables.resources.scrapeTargets().filter((target) => isThere(target, failures));
  await Promise.all(targets.map((target) => scrape(store, target, failures)));
}

function isThere({ url, lastUs }: ScrapeTarget, failures: Map<string, Failures>): boolean {
  const failed = failures.get(url);
  return failed === undefined || failed.count < maxFailures || lastUs > failed.atUs;
}

async function scrape(store: Store, { url, resource }: ScrapeTarget, failures: Map<string, Failures>): Promise<void> {
  try {
    const text = await fetchMetrics(url);
    store.addMetrics([{ resource, timeUs: Date.now() * 1000, families: parseExposition(text) }]);
    failures.delete(url);
  } catch {
    // The service has ended, most of the time; what it told last remains.
    failures.set(url, { count: (failures.get(url)?.count ?? 0) + 1, atUs: Date.now() * 1000 });
  }
}

async function fetchMetrics(url: string): Promise<string> {
  const { origin, protocol } = new URL(url);
  if (protocol !== "http:") throw new TypeError(`expected an http:// address, got ${url}`);
  const response = await fetch(`${origin}/metrics`, {
    headers: { accept: "application/openmetrics-text;version=1.0.0, text/plain;q=0.5" },
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > maxBytes) throw new RangeError(`${url} gave more than ${maxBytes} bytes`);
  return text;
}
