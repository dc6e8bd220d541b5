/**
 * Instrumentations that are loaded when their library is, within the `require()` or `import` that loads it: a service
 * pays nothing for those whose libraries it does not use, and needs no list of those that it does.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { messageOf, report } from "../diagnostics.ts";
import { ownModule } from "../own-files.ts";
import type { Instrumentation, Pipelines } from "./index.ts";
import type { LateRow } from "./late-rows.ts";
import { onLibraryLoad } from "./library-loads.ts";
import { compareVersions } from "./version-ranges.ts";

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
      fileURLToPath(ownModule(`instrumentations/${file}`)),
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
