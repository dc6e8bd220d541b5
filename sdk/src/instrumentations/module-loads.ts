/**
 * Tells when a library has been loaded, by CommonJS or by ES modules: Node publishes every `require()` on a channel,
 * and the entry file of a CommonJS library that is imported still requires its own parts. Nothing of the module
 * loader is replaced.
 */
import { basename } from "node:path";
import { subscribe } from "./subscribe.ts";

/** The `require()` call inside a library that shows that it is there. */
export interface LoadPoint {
  /** Name of the file that calls `require()`; folders are called as the service's installer likes. */
  readonly file: string;
  /** What it requires. */
  readonly id: string;
}

interface RequireMessage {
  readonly id: string;
  readonly parentFilename: string | undefined;
  readonly result?: unknown;
}

/**
 * Calls back with what the part exports whenever something like it is loaded: the callback looks whether it is the one.
 *
 * @returns What stops it.
 */
export function onModuleLoad({ file, id }: LoadPoint, handle: (exported: unknown) => void): () => void {
  return subscribe<RequireMessage>("tracing:module.require:end", (message) => {
    if (message.id !== id || message.result === undefined) return;
    if (basename(message.parentFilename ?? "") === file) handle(message.result);
  });
}
