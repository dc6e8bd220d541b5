/** What is measured, part by part, and what comes of it. */
import type { LatencyResult } from "./latency.ts";
import type { LineResult } from "./lines.ts";
import type { LoadResult } from "./load.ts";
import type { Round } from "./rounds.ts";
import type { ScrapeResult } from "./scrape.ts";
import type { StartUpResult } from "./start-up.ts";

export const partNames = ["start-up", "load", "latency", "lines", "scrape"] as const;
export type PartName = (typeof partNames)[number];

export interface Size {
  readonly packages: number;
  readonly bytes: number;
}

export interface Results {
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: string;
  readonly sizes: Readonly<Record<string, Size>>;
  /** By the names of set-ups, `lines` by those of kinds of lines. Empty for a part that was left out. */
  readonly startUp: readonly Round<StartUpResult>[];
  readonly load: readonly Round<LoadResult>[];
  readonly latency: readonly Round<LatencyResult>[];
  /** The rate at which latency was measured. */
  readonly requestsPerSecond: number;
  readonly lines: readonly Round<LineResult>[];
  readonly scrape: readonly Round<ScrapeResult>[];
}
