/**
 * Tells when a library has been loaded, by CommonJS or by ES modules: Node publishes every `require()` on a channel,
 * and the entry file of a CommonJS library that is imported still requires its own parts. Nothing of the module
 * loader is replaced.
 */
import { subscribe } from "./subscribe.ts";

/** The `require()` call inside a library that shows that it is there. */
export interface LoadPoint {
  /** End of the path of the file that calls `require()`, with `/`. */
  readonly parent: string;
  /** What it requires. */
  readonly id: string;
}

interface RequireMessage {
  readonly id: string;
  readonly parentFilename: string | undefined;
  readonly result?: unknown;
}

/**
 * Calls back with what the library's part exports, once for each copy that is loaded.
 *
 * @returns What stops it.
 */
export function onModuleLoad(
  { parent, id }: LoadPoint,
  handle: (exported: unknown, parentFile: string) => void,
): () => void {
  return subscribe<RequireMessage>("tracing:module.require:end", (message) => {
    if (message.id !== id || message.result === undefined) return;
    const file = message.parentFilename?.replaceAll("\\", "/");
    if (file?.endsWith(parent)) handle(message.result, file);
  });
}
