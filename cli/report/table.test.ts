import * as fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { painter } from "./style.ts";
import { renderTable } from "./table.ts";
import { cut, lengthOf, oneLine } from "./width.ts";

const columns = [{ title: "NAME" }, { title: "COUNT", align: "right" }, { title: "TEXT", gives: true }] as const;

test("columns are as wide as what is in them, numbers stand at the right", () => {
  expect(
    renderTable(
      columns,
      [
        ["nginx", "7", "well"],
        ["elasticsearch", "1234567", ""],
      ],
      { indent: 2 },
    ),
  ).toEqual(["  NAME             COUNT  TEXT", "  nginx                7  well", "  elasticsearch  1234567"]);
});

test("the column that gives way is cut to the terminal's width", () => {
  expect(renderTable(columns, [["a", "1", "a long text that does not fit"]], { width: 30 })[1]).toBe(
    "a         1  a long text that…",
  );
});

test("a column has at least the width that it was given", () => {
  expect(renderTable([{ title: "A", least: 5 }, { title: "B" }], [["x", "y"]])).toEqual(["A      B", "x      y"]);
});

test("a cell is one line without signs that move the cursor", () => {
  expect(renderTable([{ title: "A" }], [["\u001b[31mred\u001b[0m\n\tnext\r\u0007"]])[1]).toBe("red next");
});

const text = fc.string({ unit: "grapheme", maxLength: 60 });

test("no line is longer than the terminal, whatever is in it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), fc.integer({ min: 24, max: 90 }), (rows, width) => {
      const gives = [{ title: "A", gives: true }, { title: "B" }] as const;
      const cells = rows.map(([left, right]) => [left, cut(oneLine(right), 8)]);
      for (const line of renderTable(gives, cells, { width })) expect(lengthOf(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("colours change nothing but colours", () => {
  const paint = painter(process.stdout);
  fc.assert(
    fc.property(text, (content) => {
      const plain = renderTable([{ title: "A" }], [[{ text: content, style: "good" }]]);
      const coloured = renderTable([{ title: "A" }], [[{ text: content, style: "good" }]], { paint });
      expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(plain);
    }),
  );
});

test("a text is cut between signs, not inside of one", () => {
  expect([cut("abc", 3), cut("abcd", 3), cut("abcd", 1), cut("abcd", 0)]).toEqual(["abc", "ab…", "…", ""]);
  expect([cut("日本語", 5), lengthOf("日本語"), cut("👩‍👩‍👧x!", 3)]).toEqual(["日本…", 6, "👩‍👩‍👧…"]);
});
