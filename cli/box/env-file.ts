/** Reads an `.env` as Docker Compose reads it. */

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:=|:)\s*(.*)$/;
const quoted = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")/;
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Keys and values of the file; of a key that stands there twice, the last one counts. */
export function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return Object.fromEntries(lines.flatMap((line) => entryOf(line)));
}

function entryOf(line: string): readonly (readonly [string, string])[] {
  const [, key, rest = ""] = assignment.exec(line) ?? [];
  return key === undefined ? [] : [[key, valueOf(rest)]];
}

function valueOf(rest: string): string {
  const [, single, double] = quoted.exec(rest) ?? [];
  if (single !== undefined) return single;
  if (double !== undefined) return double.replaceAll(/\\(.)/g, (_all, letter: string) => escapes[letter] ?? letter);
  // A sign # begins a comment only behind a space: `a#b` is a value.
  return rest.replace(/\s#.*$/, "").trim();
}
