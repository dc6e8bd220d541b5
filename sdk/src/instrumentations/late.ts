/**
 * Instrumentations that are loaded when their library is, within the `require()` or `import` that loads it: a service
 * pays nothing for those whose libraries it does not use, and needs no list of those that it does.
 */
import { createRequire } from "node:module";
import { extname } from "node:path";
import { messageOf, report } from "../diagnostics.ts";
import type { Instrumentation, Pipelines } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { compareVersions } from "./version-ranges.ts";

/** One row. */
export interface LateRow {
  /** The name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`, and of what the file exports. */
  readonly name: string;
  /** Packages that the library consists of. */
  readonly libraries: readonly string[];
  /** In this folder, without its ending. */
  readonly file: string;
  /** The first version that does without; the first library's. */
  readonly before?: string;
}

const require = createRequire(import.meta.url);

/** Makes the instrumentation of a row. */
export function late({ name, libraries, file, before }: LateRow): Instrumentation {
  return {
    name,
    enable(pipelines) {
      let stop: (() => void) | undefined;
      const stopListening = onLibraryLoad(libraries, ({ version }) => {
        if (before !== undefined && compareVersions(version, before) >= 0) return;
        stop ??= enable(file, name, pipelines);
      });
      return () => {
        stopListening();
        stop?.();
      };
    },
  };
}

function enable(file: string, name: string, pipelines: Pipelines): () => void {
  try {
    const { [name]: instrumentation }: Readonly<Record<string, Instrumentation>> = require(
      `./${file}${extname(import.meta.url)}`,
    );
    if (instrumentation === undefined) throw new TypeError(`${file} exports no ${name}`);
    return instrumentation.enable(pipelines);
  } catch (error) {
    report(
      "instrumentation-failed",
      `${name} is not observed: ${messageOf(error)}; keep @obsbox/sdk and ${name} out of bundles`,
    );
    return () => {};
  }
}
