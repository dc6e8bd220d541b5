import { expect, test } from "vitest";
import { changesBetween } from "./changes.ts";

test.each([
  ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ["a value", { a: { b: 1 } }, { a: { b: "x" } }, ["a.b", "- 1", '+ "x"']],
  ["what is new and what is gone", { a: 1 }, { b: 2 }, ["a", "- 1", "b", "+ 2"]],
  [
    "an item of a list, by its name",
    {
      panels: [
        { id: 1, t: "a" },
        { id: 7, t: "b" },
      ],
    },
    { panels: [{ id: 7, t: "c" }] },
    ["panels[1].id", "- 1", "panels[1].t", '- "a"', "panels[7].t", '- "b"', '+ "c"'],
  ],
  ["an item without a name, by its number", { list: ["a", "b"] }, { list: ["a", "c"] }, ["list[1]", '- "b"', '+ "c"']],
  ["a list that becomes empty", { list: ["a"] }, { list: [] }, ["list[0]", '- "a"', "list", "+ []"]],
])("%s", (_what, before, after, expected) => {
  expect(changesBetween(before, after)).toEqual(expected);
});
