/**
 * Gives the root package and the companion image the version of the SDK: Changesets sees packages in workspaces only.
 * `npm run generate` takes it into the documents.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "sdk/package.json"), "utf8"));
const path = join(root, "package.json");
const manifest = JSON.parse(readFileSync(path, "utf8"));
const next = { ...manifest, version, dependencies: { ...manifest.dependencies, "@obsbox/sdk": version } };
writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`);

replace("stack/catalog.ts", /(obsbox-companion",\s+tag: ")[^"]+/g);
replace("stack/compose/compose.yaml", /(obsbox-companion:)\S+/g);

/** Puts the version behind what the first group of the pattern holds. */
function replace(file: string, pattern: RegExp): void {
  const text = readFileSync(join(root, file), "utf8");
  if (!pattern.test(text)) throw new Error(`${file} names no version that ${String(pattern)} finds`);
  writeFileSync(join(root, file), text.replace(pattern, `$1${version}`));
}
