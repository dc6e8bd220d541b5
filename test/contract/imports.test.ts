import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, test } from "vitest";
import { readText, repositoryFiles } from "../helpers/repository.ts";

/** Folders, and the folders of this repository that they may import from. What stands first is looked at first. */
const directions: readonly (readonly [string, readonly string[]])[] = [
  ["sdk/src/logs/", ["sdk/src/logs/", "sdk/src/"]],
  ["sdk/src/metrics/", ["sdk/src/metrics/", "sdk/src/"]],
  ["sdk/src/traces/", ["sdk/src/traces/", "sdk/src/"]],
  ["sdk/", ["sdk/"]],
  ["stack/embedded/page/", ["stack/embedded/"]],
  // The keeper brings the pages of Kibana along.
  ["stack/companion/setup/kibana/", ["stack/", "dashboards/src/"]],
  ["stack/companion/keeper/settings.ts", ["stack/", "dashboards/src/text.ts"]],
  ["stack/", ["stack/"]],
  ["dashboards/", ["dashboards/"]],
  ["alerts/", ["alerts/"]],
  ["cli/", ["cli/", "stack/", "alerts/src/", "dashboards/src/"]],
  ["examples/", ["examples/"]],
  ["scripts/", ["sdk/src/options.ts", "stack/", "dashboards/src/", "alerts/src/", "scripts/"]],
];

/** The three signals of the SDK never import each other. */
const signals = ["sdk/src/logs/", "sdk/src/metrics/", "sdk/src/traces/"];

/** These import, and are imported by nobody. */
const ends = ["cli/", "test/", "examples/", "bench/", "scripts/"];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = repositoryFiles("*.ts", "*.tsx", "*.mjs", "*.cjs").filter((file) => !file.endsWith(".test.ts"));
const imports: Import[] = files.flatMap((from) =>
  [...readText(from).matchAll(/\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g)].map((match) => ({
    from,
    to: normalize(join(dirname(from), match[1] ?? match[2] ?? "")),
  })),
);

describe("imports", () => {
  test.each(directions)("of %s go to %j only", (folder, allowed) => {
    const own = imports.filter(({ from }) => directions.find(([first]) => from.startsWith(first))?.[0] === folder);
    const wrong = own.filter(({ to }) => !allowed.some((prefix) => to.startsWith(prefix)));
    expect(wrong).toEqual([]);
  });

  test("never lead from one signal to another", () => {
    const signalOf = (path: string) => signals.find((signal) => path.startsWith(signal));
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [signalOf(from), signalOf(to)];
      return own !== undefined && other !== undefined && own !== other;
    });
    expect(wrong).toEqual([]);
  });

  test.each(ends)("into %s come from there only", (folder) => {
    const wrong = imports.filter(
      ({ from, to }) => to.startsWith(folder) && !from.startsWith(folder) && !from.startsWith("test/"),
    );
    expect(wrong).toEqual([]);
  });

  test("lead to files that exist", () => {
    const known = new Set(repositoryFiles());
    const assets = imports.filter(({ to }) => !known.has(to));
    expect(assets).toEqual([]);
  });
});

test("services use the SDK by its name, as users do", () => {
  const own = repositoryFiles("examples/*.ts", "examples/*.cjs", "test/fixtures/*").map(
    (file) => [file, readText(file)] as const,
  );
  expect(own.filter(([, text]) => /from "(\.\.\/)+sdk\//.test(text)).map(([file]) => file)).toEqual([]);
});

/** What the start of a service does not read. */
const besidesTheStart = /^sdk\/src\/(doctor\/|logs\/elasticsearch\/|logs\/pretty\.ts|lifecycle\/last-send-worker\.ts)/;

test("the start of the SDK imports no built-in module that loads more than itself: `builtins.ts` has those", () => {
  const own = files.filter((file) => file.startsWith("sdk/src/") && !besidesTheStart.test(file));
  const dear = /^import (?!type )[^;]* from "node:(?:http|https|util)";/m;
  expect(own.filter((file) => dear.test(readText(file)))).toEqual([]);
});
