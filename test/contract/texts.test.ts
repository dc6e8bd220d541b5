import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { settings } from "../../stack/settings.ts";
import { readText, repositoryFiles } from "../helpers/repository.ts";
import { root } from "../helpers/run-program.ts";

const texts = repositoryFiles().filter((path) => !/\.(png|svg|lock)$|package-lock\.json$|^LICENSE$/.test(path));
const documents = texts.filter((path) => path.endsWith(".md"));

describe("texts", () => {
  test("leave nothing open and switch no check off without a reason", () => {
    // The words are put together here, so that this file does not find itself.
    const open = new RegExp(["TO", "DO|FIX", "ME|@ts-", "ignore|@ts-expect", "-error"].join(""));
    const wrong = texts.filter((path) => /\.(ts|tsx|mjs|cjs)$/.test(path) && open.test(readText(path)));
    expect(wrong).toEqual([]);
    const silent = texts.filter(
      (path) => /oxlint-disable(?!.* -- )/.test(readText(path)) && !path.startsWith("test/contract/"),
    );
    expect(silent).toEqual([]);
  });

  test("name no folder of somebody's machine", () => {
    const machine = new RegExp(["/wor", "k/|/ho", "me/|/Us", "ers/"].join(""));
    expect(texts.filter((path) => machine.test(readText(path)))).toEqual([]);
  });

  test("are files of a size that can be read", () => {
    // Pages of dashboards are data: panels one after the other, each with what it says in two languages.
    const exempt = /vocabulary|options|schema|\.test\.ts$|^dashboards\/src\/(grafana|kibana\/pages)\//;
    const sources = texts.filter((path) => /\.(ts|tsx)$/.test(path) && !exempt.test(path));
    expect(sources.filter((path) => readText(path).split("\n").length > 270)).toEqual([]);
  });
});

describe.each(documents)("%s", (path) => {
  const text = readText(path);

  test("links to files that are there", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target = ""]) => target);
    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });

  test("names scripts that there are", () => {
    const scripts = [...text.matchAll(/npm run ([a-z:-]+)/g)].map(([, name = ""]) => name);
    const known = new Set(
      repositoryFiles("package.json", "**/package.json").flatMap((file) =>
        Object.keys(JSON.parse(readText(file)).scripts ?? {}),
      ),
    );
    expect(scripts.filter((name) => !known.has(name))).toEqual([]);
  });

  test("names variables that the SDK or the CLI knows", () => {
    const readers = [
      "sdk/src/options.ts",
      "cli/commands/dev.ts",
      "cli/box/find.ts",
      ...repositoryFiles("test/**/*.ts"),
    ];
    const known = [...readers.map(readText), ...Object.keys(settings)].join("\n");
    const named = [...text.matchAll(/\b(?:OBSBOX|OTEL)_[A-Z_]+[A-Z]\b/g)].map(([name]) => name);
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });
});
