/** What the main thread and the worker say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { Ends } from "./pack.ts";
import type { ElasticsearchSettings } from "./settings.ts";

export type ToWorker =
  /** Whole lines. The memory is shared: the main thread has them still when the worker crashes. */
  | { readonly kind: "lines"; readonly id: number; readonly bytes: SharedArrayBuffer }
  /** Send what there is within some milliseconds, or spool it. */
  | { readonly kind: "flush"; readonly id: number; readonly withinMs: number }
  /** Send or spool what there is, then end. */
  | { readonly kind: "end"; readonly withinMs: number };

export type FromWorker =
  /** What has become of a message of lines. */
  | { readonly kind: "done"; readonly id: number; readonly ends: Ends }
  /** What has become of lines from the spool. */
  | { readonly kind: "spool"; readonly ends: Ends }
  | { readonly kind: "flushed"; readonly id: number }
  | { readonly kind: "report"; readonly code: string; readonly message: string };

export interface WorkerStart {
  readonly settings: ElasticsearchSettings;
  readonly port: MessagePort;
  /** One number, {@link ended} once the worker has told everything: a main thread that ends waits for it. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

export const ended = 1;
