/** What the writer to Elasticsearch needs to know: plain data, because it goes to another thread. */
import type { LogOptions } from "../../options.ts";
import type { Service } from "../../resource.ts";
import { datasetOf } from "../dataset.ts";
import { eventIdStart } from "../event-id.ts";

export interface ElasticsearchSettings {
  /** Base address, to which `/_bulk` is appended; may hold user and password. */
  readonly url: string;
  /** An API key, or a whole `Authorization` header such as `Bearer ...`. */
  readonly apiKey: string | undefined;
  /** File with the certificates of authorities, as PEM. */
  readonly caFile: string | undefined;
  /** Data stream that the lines go to. */
  readonly stream: string;
  /** Begins the name of each file of the spool. */
  readonly service: string;
  /** How the id of each line of this process begins, as it stands in the line. */
  readonly idStart: string;
  /** Most bytes that wait in memory. */
  readonly queueBytes: number;
  readonly spoolDir: string | undefined;
  /** Most bytes of all files of this service in the spool. */
  readonly spoolBytes: number;
  readonly timings: Timings;
}

/** Sizes and milliseconds that nobody has to set. */
export interface Timings {
  /** Most bytes of one request. */
  readonly batchBytes: number;
  /** Longest wait before lines are sent. */
  readonly batchMs: number;
  /** Longest time for one request, its answer included. */
  readonly requestMs: number;
  /** Shortest and longest pause after a failure; what is between is left to chance. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** The longest `Retry-After` that is obeyed. */
  readonly retryAfterMaxMs: number;
  /** How long the end of the process waits for lines to be sent. */
  readonly endMs: number;
}

export const usualTimings: Timings = {
  batchBytes: 1024 ** 2,
  batchMs: 1000,
  requestMs: 30_000,
  retryMinMs: 1000,
  retryMaxMs: 30_000,
  retryAfterMaxMs: 60_000,
  endMs: 2000,
};

type ElasticsearchOptions = Pick<
  LogOptions,
  | "elasticsearchUrl"
  | "elasticsearchApiKey"
  | "elasticsearchCaFile"
  | "elasticsearchQueueBytes"
  | "elasticsearchSpoolDir"
  | "elasticsearchSpoolBytes"
>;

/** Settings for the lines of a service; undefined without an address. */
export function elasticsearchSettings(
  options: ElasticsearchOptions,
  { name, environment }: Pick<Service, "name"> & Partial<Pick<Service, "environment">>,
): ElasticsearchSettings | undefined {
  if (options.elasticsearchUrl === undefined) return undefined;
  return {
    url: options.elasticsearchUrl,
    apiKey: options.elasticsearchApiKey,
    caFile: options.elasticsearchCaFile,
    stream: `logs-${datasetOf(name)}-${datasetOf(environment ?? "default")}`,
    service: name,
    idStart: eventIdStart,
    queueBytes: options.elasticsearchQueueBytes,
    spoolDir: options.elasticsearchSpoolDir,
    spoolBytes: options.elasticsearchSpoolBytes,
    timings: usualTimings,
  };
}
