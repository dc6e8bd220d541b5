import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readJson, readText, repositoryFiles } from "../helpers/repository.ts";
import { root } from "../helpers/run-program.ts";

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string; readonly dev?: boolean }>
  >;
}

const manifests = repositoryFiles("package.json", "**/package.json").map(
  (path) => [path, readJson<PackageFile>(path)] as const,
);
const lock = readJson<LockFile>("package-lock.json");

/** Stateless helpers; two copies of it do no harm. */
const mayBeDoubled = new Set(["@opentelemetry/core"]);

describe("OpenTelemetry", () => {
  // What only our tests compare with may bring its own.
  const installed = Object.entries(lock.packages).filter(
    ([path, { dev }]) => /node_modules\/@opentelemetry\/[^/]+$/.test(path) && dev !== true,
  );

  test("is installed once, each package of it: two copies do not know of each other", () => {
    const names = installed
      .map(([path]) => path.slice(path.lastIndexOf("@opentelemetry/")))
      .filter((name) => !mayBeDoubled.has(name));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test("is of one train: 3.0.0, and 0.300.0 for what is experimental; contributed packages count for themselves", () => {
    const train = new Set(["3.0.0", "0.300.0"]);
    const apart = /^@opentelemetry\/(api|semantic-conventions|instrumentation-.+|redis-common|sql-common)$/;
    const others = installed.filter(
      ([path, { version = "" }]) => !train.has(version) && !apart.test(path.slice(path.lastIndexOf("@opentelemetry/"))),
    );
    expect(others).toEqual([]);
  });
});

describe.each(manifests)("%s", (path, manifest) => {
  test("pins every dependency exactly", () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, range]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  test("exports files that the build has made", () => {
    const targets = Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    expect(targets.filter((target) => !existsSync(join(root, path, "..", target)))).toEqual([]);
  });
});

test("both packages have one version, and the box brings the SDK of that version", () => {
  const [box, sdk] = [readJson<PackageFile>("package.json"), readJson<PackageFile>("sdk/package.json")];
  expect([sdk.version, box.dependencies?.["@obsbox/sdk"]]).toEqual([box.version, box.version]);
  expect(box.engines).toEqual(sdk.engines);
});

test("the SDK needs no script when it is installed", () => {
  const { scripts = {} } = readJson<PackageFile>("sdk/package.json");
  expect(Object.keys(scripts).filter((name) => /install|prepare$/.test(name))).toEqual([]);
});

test("every dependency of the SDK has its reason", () => {
  const { dependencies = {} } = readJson<PackageFile>("sdk/package.json");
  const reasons = readText("docs/adr/0002-dependencies-of-the-sdk.md");
  expect(Object.keys(dependencies).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
});

test("the lock file names no place that packages come from", () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});
