/** The services of a time range, and who calls whom. */
import { addDurations, quantileUs, sliceSeconds } from "../store/service-stats.ts";
import type { StatsSlice } from "../store/service-stats.ts";
import type { Store } from "../store/store.ts";

export interface ServiceSummary {
  readonly name: string;
  readonly versions: readonly string[];
  readonly instances: number;
  readonly requests: number;
  /** Requests a second over the time in which the service was there. */
  readonly rate: number;
  /** Share of requests that failed, 0 to 1. */
  readonly errorRatio: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly lastSeenUs: number;
  /** Requests and errors by slice of the range, for a small chart. */
  readonly history: readonly { readonly requests: number; readonly errors: number }[];
}

export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Parts of the small charts. */
const historyParts = 30;

export function summarizeServices(store: Store, range: TimeRange): ServiceSummary[] {
  const { resources, stats } = store.tables;
  const slices = Map.groupBy(stats.slices(range.fromUs, range.toUs), (slice) => slice.service);
  return resources
    .services(range.fromUs)
    .map(({ name, versions, instances, lastUs }) => {
      const own = slices.get(name) ?? [];
      const requests = sum(own, (slice) => slice.requests);
      const durations = addDurations(own.map((slice) => slice.durations));
      const milliseconds = (quantile: number) => quantileUs(durations, quantile) / 1000;
      return {
        name,
        versions,
        instances,
        requests,
        rate: requests / secondsOf(own, range),
        errorRatio: requests === 0 ? 0 : sum(own, (slice) => slice.errors) / requests,
        p50Ms: milliseconds(0.5),
        p95Ms: milliseconds(0.95),
        p99Ms: milliseconds(0.99),
        lastSeenUs: lastUs,
        history: historyOf(own, range),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** From the first slice with requests to the end of the range: a service that began a minute ago was not slow before. */
function secondsOf(slices: readonly StatsSlice[], { toUs }: TimeRange): number {
  const [first] = slices;
  return Math.max(sliceSeconds, first === undefined ? 0 : toUs / 1e6 - first.second);
}

function historyOf(slices: readonly StatsSlice[], { fromUs, toUs }: TimeRange): { requests: number; errors: number }[] {
  const history = Array.from({ length: historyParts }, () => ({ requests: 0, errors: 0 }));
  for (const { second, requests, errors } of slices) {
    const part = history[Math.floor(((second * 1e6 - fromUs) / (toUs - fromUs)) * historyParts)];
    if (part === undefined) continue;
    part.requests += requests;
    part.errors += errors;
  }
  return history;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
