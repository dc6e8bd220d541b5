/** Names of local users: one spelling for each, safe in a header, a log line and a page. */

const pattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** What a user name may look like, for messages. */
export const nameRule = "1 to 64 letters, digits and . _ -, the first one a letter or a digit";

/** Gives the one spelling of a name; undefined when nobody can be called that. */
export function normalName(given: string): string | undefined {
  // Longer ones need not be looked at; case folding can only double the length.
  if (given.length > 256) return undefined;
  const name = given.normalize("NFKC").trim().toLowerCase();
  return pattern.test(name) ? name : undefined;
}

/** A name that somebody typed, for a log line: printable and short, whatever it was. */
export function shownName(given: string): string {
  return given.slice(0, 256).replaceAll(/\p{C}/gu, "").slice(0, 64);
}
