/**
 * SQL without its values, as the semantic conventions ask: `where email = 'a@b.c'` becomes `where email = ?`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/#sanitization-of-dbquerytext
 */

const sql =
  /^\s{0,100}(?:\/\*[^]{0,1000}?\*\/\s{0,100})?(?:alter|begin|call|copy|create|declare|delete|drop|exec|execute|explain|grant|insert|merge|replace|select|set|update|values|with)\b/i;

const quoted = /'(?:[^'\\]|\\[^]|'')*'?|\$(\w{0,63})\$[^]*?(?:\$\1\$|$)/g;
/** Ends a text in one dialect and not in the other: nothing behind the first quote can be told apart. */
const escapedQuote = /\\['"]/;

const doubleQuoted = /"(?:[^"\\]|\\[^]|"")*"?/g;
const numbers = /(?<![\w$.:])(?:0x[\da-f]+|\d[\d.]*(?:e[+-]?\d+)?)\b/gi;

/** Whether a text is SQL. */
export function isStatement(text: string): boolean {
  return sql.test(text);
}

/**
 * Replaces the values of a statement.
 *
 * @param keepsNames - Whether double quotes hold names, as in PostgreSQL, and not texts, as in MySQL.
 */
export function hideValues(statement: string, keepsNames: boolean): string {
  if (!keepsNames && escapedQuote.test(statement)) return statement.replace(/['"][^]*/, "?");
  const withoutTexts = statement.replace(quoted, "?");
  return (keepsNames ? withoutTexts : withoutTexts.replace(doubleQuoted, "?")).replace(numbers, "?");
}

/** Replaces the texts of a statement that stands in a message; what else the message says stays. */
export function hideLiterals(statement: string): string {
  return statement.replace(quoted, "?").replace(/(?<=[=(,]\s{0,9})"[^"]{0,8192}"/g, "?");
}
