/**
 * Libraries that contributed instrumentations of OpenTelemetry observe. Such a package is loaded when a file of its
 * library has been, so that it costs nothing where the library is not used, and its patches are applied by us: the
 * hooks in the module loaders that it would bring are not put in.
 */
import type { TracerProvider } from "@opentelemetry/api";
import { createRequire } from "node:module";
import type { Instrumentation, Pipelines } from "./index.ts";
import { onLibraryLoad } from "./library-loads.ts";
import type { LoadedFile } from "./library-loads.ts";
import { isInRange } from "./version-ranges.ts";

/** One row. */
export interface Contribution {
  /** The name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** Packages that the library consists of. */
  readonly libraries: readonly string[];
  readonly package: `@opentelemetry/instrumentation-${string}`;
  /** The class that the package exports. */
  readonly exported: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where its spans go, unless they go where all others do. */
  readonly tracerProvider?: (pipelines: Pipelines) => TracerProvider;
}

/** What a class of `@opentelemetry/instrumentation` has. */
interface Contributed {
  getModuleDefinitions(): readonly Definition[];
  setTracerProvider(provider: TracerProvider): void;
}

interface Patch {
  readonly name: string;
  readonly supportedVersions: readonly string[];
  patch?(exports: unknown, version?: string): unknown;
  unpatch?(exports: unknown, version?: string): void;
}

interface Definition extends Patch {
  readonly files: readonly Patch[];
}

const require = createRequire(import.meta.url);

/** Makes the instrumentation of a row. */
export function contributed(row: Contribution): Instrumentation {
  return {
    name: row.name,
    enable(pipelines) {
      const applied: (() => void)[] = [];
      let definitions: readonly Definition[] | undefined;
      const stop = onLibraryLoad(row.libraries, (file) => {
        definitions ??= load(row, pipelines).getModuleDefinitions();
        for (const patch of definitions.flatMap((definition) => patchesFor(definition, file))) {
          patch.patch?.(file.exports, file.version);
          applied.push(() => patch.unpatch?.(file.exports, file.version));
        }
      });
      return () => {
        stop();
        for (const undo of applied.splice(0)) undo();
      };
    },
  };
}

function load({ package: name, exported, config, tracerProvider }: Contribution, pipelines: Pipelines): Contributed {
  const { [exported]: Class }: Readonly<Record<string, new (config: object) => Contributed>> = require(name);
  if (Class === undefined) throw new TypeError(`${name} exports no ${exported}`);
  const instrumentation = new Class({ ...config, enabled: false });
  if (tracerProvider !== undefined) instrumentation.setTracerProvider(tracerProvider(pipelines));
  return instrumentation;
}

function patchesFor(definition: Definition, { name, isEntry, version }: LoadedFile): readonly Patch[] {
  const library = definition.name;
  if (!name.startsWith(`${library}/`)) return [];
  const ofEntry = isEntry ? [definition] : [];
  const ofFile = definition.files.filter((file) => file.name.replaceAll("\\", "/") === name);
  return [...ofFile, ...ofEntry].filter((patch) => patch.supportedVersions.some((range) => isInRange(version, range)));
}
