/** What may be said of an SQL statement: its verb, and its text without the values that stand in it. */

export type Dialect = "postgresql" | "mysql";

/**
 * Comments, text in quotes and numbers. What is a text and how its quotes are escaped is each dialect's own; to take
 * one for the other would show what stands between two texts.
 */
const literals: Readonly<Record<Dialect, RegExp>> = {
  postgresql: new RegExp(
    [
      String.raw`--[^\n]*`,
      String.raw`/\*[\s\S]*?(?:\*/|$)`,
      String.raw`"(?:[^"]|"")*(?:"|$)`, // A name, kept.
      String.raw`\be'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
      String.raw`'(?:[^']|'')*(?:'|$)`,
      String.raw`\$(?<tag>[a-z_]\w*)?\$[\s\S]*?(?:\$\k<tag>\$|$)`,
      String.raw`(?<![\w$])\d[\w.]*(?:(?<=e)[+-]\d+)?`,
    ].join("|"),
    "gi",
  ),
  mysql: new RegExp(
    [
      String.raw`--(?=\s|$)[^\n]*`,
      String.raw`#[^\n]*`,
      String.raw`/\*[\s\S]*?(?:\*/|$)`,
      "`[^`]*(?:`|$)", // A name, kept.
      String.raw`"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)`,
      String.raw`'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
      String.raw`(?<![\w$])\d[\w.]*(?:(?<=e)[+-]\d+)?`,
    ].join("|"),
    "gi",
  ),
};

const names: Readonly<Record<Dialect, string>> = { postgresql: '"', mysql: "`" };

/** Longer statements are cut: nobody reads them, and looking through them takes time. */
const maxLength = 4096;

/**
 * Gives a statement without its values: `select * from users where name = ?`. Placeholders of parameters stay.
 *
 * @example
 * withoutValues("select * from cards where number = '4111'", "postgresql"); // "select * from cards where number = ?"
 */
export function withoutValues(statement: string, dialect: Dialect): string {
  const text = statement.length > maxLength ? statement.slice(0, maxLength) : statement;
  const name = names[dialect];
  return text.replace(literals[dialect], (found) => {
    if (found.startsWith(name)) return found;
    return /^(?:--|#|\/\*)/.test(found) ? " " : "?";
  });
}

/** Verbs of statements; what begins otherwise has none, so that a label has few values. */
const verbs = new Set(
  (
    "ALTER ANALYZE BEGIN CALL CLOSE COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DESCRIBE DO DROP END EXECUTE EXPLAIN " +
    "FETCH GRANT INSERT KILL LISTEN LOAD LOCK MERGE NOTIFY OPTIMIZE PREPARE REFRESH REINDEX RELEASE RENAME REPLACE " +
    "RESET REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UNLOCK UPDATE USE VACUUM VALUES WITH"
  ).split(" "),
);

/** The verb that a statement begins with, in capitals, after comments and brackets. */
export function verbOf(statement: string): string | undefined {
  const [, word = ""] = /^(?:\s|\(|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*([a-z]+)/i.exec(statement) ?? [];
  const verb = word.toUpperCase();
  return verbs.has(verb) ? verb : undefined;
}
