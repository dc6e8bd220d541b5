import { defineConfig } from "vite";

export default defineConfig({
  ssr: { noExternal: true, target: "node" },
  build: { ssr: "main.ts", rolldownOptions: { output: { entryFileNames: "shipper.mjs" } } },
});
