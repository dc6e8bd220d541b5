import { expect, test } from "vitest";
import { readText, repositoryFiles } from "../helpers/repository.ts";

/** Where a code stands in the sources: a call that says it, or a trouble that is handed on to one. */
const places = /\b(?:report|lose|say)\(\s*"([a-z-]+)"|\bcode: "([a-z]+-[a-z-]+)"/g;
const sources = repositoryFiles("sdk/src/*.ts").filter((path) => !path.endsWith(".test.ts"));

/** Codes that are put together: of colours that are refused, by reason. */
const refusals = /const refusals = \{([^}]*)\}/.exec(readText("sdk/src/coloring/color-span.ts"))?.[1] ?? "";
const colors = [...refusals.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => `color-${name.replace("_", "-")}`);

test("every code that the SDK says stands in docs/failure-codes.md, with what to do, and no other", () => {
  const said = sources.flatMap((path) =>
    [...readText(path).matchAll(places)].map(([, code, other = ""]) => code ?? other),
  );
  const described = [...readText("docs/failure-codes.md").matchAll(/^\| `([a-z*-]+)`/gm)].map(([, code = ""]) => code);
  expect(colors).toHaveLength(4);
  expect(described.toSorted()).toEqual([...new Set([...said, ...colors, "ignored-*"])].toSorted());
});
