/** Gives the root package the version of the SDK: Changesets sees packages in workspaces only. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "sdk/package.json"), "utf8"));
const path = join(root, "package.json");
const manifest = JSON.parse(readFileSync(path, "utf8"));
const next = { ...manifest, version, dependencies: { ...manifest.dependencies, "@obsbox/sdk": version } };
writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`);
