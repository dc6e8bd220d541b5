/**
 * Builds what is published: the SDK with the parts of OpenTelemetry that it is made of, in a few files, because a service
 * starts in half the time when it reads 15 files instead of 400. docs/adr/0016 has the reasons.
 */
import { join } from "node:path";
import { defineConfig } from "vite";
import { lateRows } from "./src/instrumentations/late-rows.ts";
import packageJson from "./package.json" with { type: "json" };

const sources = join(import.meta.dirname, "src");

/** What `exports` and `bin` name, `dist/logs/pretty.js` for instance, is `logs/pretty`. */
const published = [...Object.values(packageJson.exports), ...Object.values(packageJson.bin)]
  .map((target) => (typeof target === "string" ? target : target.default))
  .flatMap((path) => /dist\/(.*)\.js$/.exec(path)?.[1] ?? []);

/** What is loaded later, by its path. */
const later = ["logs/elasticsearch/worker", ...lateRows.map(({ file }) => `instrumentations/${file}`)];

const entries = new Set([...published, ...later]);

export default defineConfig({
  root: import.meta.dirname,
  ssr: { target: "node", noExternal: true, external: Object.keys(packageJson.dependencies) },
  build: {
    ssr: true,
    target: "node22",
    outDir: "dist",
    minify: false,
    sourcemap: true,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      input: Object.fromEntries([...entries].map((entry) => [entry, join(sources, `${entry}.ts`)])),
      // All in one folder: `own-files.ts` finds the others from its own place.
      output: { entryFileNames: "[name].js", chunkFileNames: "shared-[name].js" },
    },
  },
});
