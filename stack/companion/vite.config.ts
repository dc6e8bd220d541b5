import { defineConfig } from "vite";

/** Bundles the companion with all that it imports into one file, so that its image holds Node.js and nothing else. */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, target: "node" },
  build: {
    ssr: "main.ts",
    outDir: "../../dist/companion",
    emptyOutDir: true,
    minify: false,
    sourcemap: false,
    rolldownOptions: { output: { entryFileNames: "companion.mjs", codeSplitting: false } },
  },
});
