import { array, assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { verbOf, withoutValues } from "./sql-text.ts";
import type { Dialect } from "./sql-text.ts";

test.each<[Dialect, string, string]>([
  [
    "postgresql",
    "select * from users where name = 'ann' and age > 42",
    "select * from users where name = ? and age > ?",
  ],
  ["postgresql", "select $1::int, col2, t1.x from t1", "select $1::int, col2, t1.x from t1"],
  ["postgresql", "select 'it''s' , 'two'", "select ? , ?"],
  ["postgresql", String.raw`select 'a\', 'secret'`, "select ?, ?"],
  ["postgresql", String.raw`select E'it\'s secret', 1`, "select ?, ?"],
  ["postgresql", "select $$it's secret$$, $tag$ $$ secret $tag$", "select ?, ?"],
  ["postgresql", "select \"it's a name\", 'secret'", 'select "it\'s a name", ?'],
  ["postgresql", "select 1.5e-3, .5, 0x1F", "select ?, .?, ?"],
  ["postgresql", "select 1 -- it's secret\n, 'two'", "select ?  \n, ?"],
  ["postgresql", "select /* 'secret */ 1", "select   ?"],
  ["postgresql", "select 'never ends secret", "select ?"],
  ["mysql", String.raw`select 'it\'s secret', "also secret"`, "select ?, ?"],
  ["mysql", "select `it's a name`, 'secret' # it's\n, 2", "select `it's a name`, ?  \n, ?"],
  ["mysql", "select * from t where id in (1, 2, ?)", "select * from t where id in (?, ?, ?)"],
])("in %s, %s becomes %s", (dialect, statement, text) => {
  expect(withoutValues(statement, dialect)).toBe(text);
});

test.each<[Dialect, (text: string) => string]>([
  ["postgresql", (text) => `'${text.replaceAll("'", "''")}'`],
  ["mysql", (text) => `'${text.replace(/['\\]/g, String.raw`\$&`)}'`],
  ["mysql", (text) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`],
])("no text that %s quotes is left, whatever is in it", (dialect, quote) => {
  assert(
    property(array(string()), (texts) => {
      const statement = texts.map((text) => `f(${quote(text)})`).join(" , ");
      expect(withoutValues(statement, dialect)).toBe(texts.map(() => "f(?)").join(" , "));
    }),
  );
});

test("a long statement is cut, and a value at the cut is not shown", () => {
  const text = withoutValues(`select '${"secret".repeat(10_000)}'`, "postgresql");
  expect(text).toBe("select ?");
});

test.each([
  ["select 1", "SELECT"],
  ["  /* why */ Insert into t values (1)", "INSERT"],
  ["-- why\nupdate t set a = 1", "UPDATE"],
  ["(select 1) union (select 2)", "SELECT"],
  ["begin", "BEGIN"],
  ["4111111111111111", undefined],
  ["secretword 1", undefined],
  ["", undefined],
])("the verb of %s is %s", (statement, verb) => {
  expect(verbOf(statement)).toBe(verb);
});
