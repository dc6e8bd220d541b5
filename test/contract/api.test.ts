import { dirname, join, normalize } from "node:path/posix";
import { expect, test } from "vitest";
import { readJson, readText } from "../helpers/repository.ts";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Declarations of what users import: an entry, and the files that it passes on. */
function declarationsOf(entry: string): string[] {
  const text = readText(entry);
  const passedOn = [...text.matchAll(/^export .* from "(\.[^"]+)"/gm)].map(([, path = ""]) =>
    normalize(join(dirname(entry), path)),
  );
  return [entry, ...new Set(passedOn.map((path) => path.replace(/\.ts$/, ".d.ts").replace(/\.js$/, ".d.ts")))];
}

test("the public API is what it was, or the change is seen in the review", async () => {
  const { exports } = readJson<Manifest>("sdk/package.json");
  const entries = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [join("sdk", target.types)],
  );
  const files = [...new Set(entries.flatMap(declarationsOf))].toSorted();
  const all = files.map(
    (file) => `// ${file.replace("sdk/dist/", "")}\n${readText(file).replace(/\/\/# sourceMappingURL.*\n?/, "")}`,
  );
  await expect(all.join("\n")).toMatchFileSnapshot("api.snapshot.txt");
});

test("declarations name packages only that are installed with the SDK", () => {
  const { exports, dependencies } = readJson<Manifest>("sdk/package.json");
  const seen = new Set(
    Object.values(exports).flatMap((target) => (typeof target === "string" ? [] : [join("sdk", target.types)])),
  );
  const packages = new Set<string>();
  for (const file of seen) {
    for (const [, from, inline = ""] of readText(file).matchAll(
      /^(?:import|export) [^;]*from "([^"]+)"|\bimport\("([^"]+)"\)/gm,
    )) {
      const name = from ?? inline;
      if (name.startsWith(".")) seen.add(normalize(join(dirname(file), name)).replace(/\.[jt]s$/, ".d.ts"));
      else if (!name.startsWith("node:")) packages.add(name);
    }
  }
  expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
});
