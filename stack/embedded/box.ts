/** The box without containers: one store, an OTLP receiver, a scraper, the page with its API. */
import { apiRoutes } from "./http/api.ts";
import { serve } from "./http/server.ts";
import type { RunningServer } from "./http/server.ts";
import { staticRoutes } from "./http/static.ts";
import { otlpRoutes } from "./otlp/receiver.ts";
import { startScraper } from "./scrape/scraper.ts";
import { Store } from "./store/store.ts";

export interface BoxSettings {
  /** Address that both ports bind to. */
  readonly host: string;
  /** Port of the page. */
  readonly port: number;
  readonly otlpPort: number;
  /** What requests from other machines must bring. */
  readonly token: string | undefined;
  /** Folder of the window; undefined keeps it in memory. */
  readonly folder: string | undefined;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly scrapeEveryMs: number;
  /** Where the built page is. */
  readonly pageFolder: string;
  readonly version: string;
  /** Told what a person at the terminal should know. */
  readonly say: (message: string) => void;
  /** What runs in the box, for the page. */
  readonly program: string | undefined;
}

export interface Box {
  readonly store: Store;
  readonly url: string;
  readonly otlpUrl: string;
  close(): void;
}

/** @throws Error of the system when a port cannot be opened. */
export async function openBox(settings: BoxSettings): Promise<Box> {
  const { host, token, folder, maxBytes, maxAgeMs, say } = settings;
  const store = new Store({ folder, maxBytes, maxAgeMs, onTrouble: (reason) => say(troubleText(reason)) });
  const { memoryOnly } = store.status();
  if (memoryOnly !== undefined) say(`the window is kept in memory only: ${memoryOnly}`);
  const servers: RunningServer[] = [];
  try {
    const otlp = await serve(otlpRoutes(store), { host, token, port: settings.otlpPort });
    servers.push(otlp);
    const otlpUrl = urlOf(host, otlp.port);
    const { version, program } = settings;
    const status = () => ({ version, program, otlpUrl, nowUs: Date.now() * 1000 });
    const routes = [...apiRoutes({ store, status }), ...staticRoutes(settings.pageFolder)];
    const page = await serve(routes, { host, token, port: settings.port });
    servers.push(page);
    const stopScraper = startScraper(store, settings.scrapeEveryMs);
    return { store, url: urlOf(host, page.port), otlpUrl, close: () => closeAll(stopScraper, servers, store) };
  } catch (error) {
    closeAll(() => {}, servers, store);
    throw error;
  }
}

function closeAll(stopScraper: () => void, servers: readonly RunningServer[], store: Store): void {
  stopScraper();
  for (const server of servers) server.close();
  store.close();
}

function urlOf(host: string, port: number): string {
  const name = host === "127.0.0.1" || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function troubleText(reason: string | undefined): string {
  return reason === undefined
    ? "the window is stored again"
    : `nothing is stored any more: ${reason}; free the disk or start with another --data folder`;
}
