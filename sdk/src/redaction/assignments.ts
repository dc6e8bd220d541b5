/**
 * Keys with their values in free text: `password=x`, `"token": "x"`, `?api_key=x&`, `Cookie: a=b; c=d`, `--secret x`.
 * Which keys are secret is asked where fields ask, so that keys which users add are found here too.
 */
import { kindOfKey, redacted } from "./keys.ts";

/** A key and what stands between it and its value. A bracket or its escape closes `user[password]`. */
const opening =
  /(?<![\w.$-])(-{0,2}[\w$][\w.$-]{1,63})((?:\]|%5d)?\\?["'`]?\s{0,3}(?:=>|[=:])\s{0,3}|(?<=--[\w-]{2,63})\s{1,3})/gi;

/** What a value looks like where it begins; quotes may be escaped, as in JSON within a text. */
const value =
  /\\"(?:(?!\\")[^]){0,8192}(?:\\")?|"(?:[^"\\]|\\[^]){0,8192}"?|'(?:[^'\\]|\\[^]){0,8192}'?|`[^`]{0,8192}`?|\[[^\]]{0,8192}\]?|\{[^}]{0,8192}\}?|(?:(?:basic|bearer|digest|negotiate|token)\s{1,4})?(?:[^\s"'`&;,<>\\]|,(?=\S)|\\(?![nrt"]))+/iy;

/** All cookies stand behind one key. */
const cookies = /[^\r\n"'\\]+/y;

/** Says nothing: none, masked already, or the place of a value. */
const empty = /^(?:true|false|null|undefined|none|nil|\?|\*+|\$\d+|:\w+|%s|\[REDACTED\])$/i;

/** A word of a sentence: `invalid token: expired`. */
const word = /^[A-Za-z]?[a-z]+[.,!?:)]*$/;

export function hideAssignments(text: string): string {
  let result = "";
  let done = 0;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const [, key = "", separator = ""] = match;
    const end = endOfSecret(text, opening.lastIndex, key, separator);
    if (end === undefined) continue;
    result += text.slice(done, opening.lastIndex) + hiddenLike(text.slice(opening.lastIndex, end));
    done = end;
    opening.lastIndex = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Where the secret that begins here ends; undefined when it is none. */
function endOfSecret(text: string, start: number, key: string, separator: string): number | undefined {
  const kind = kindOfKey(key.replace(/^-+/, ""));
  if (kind !== "secret" && kind !== "secretText") return undefined;
  const form = /cookies?$/i.test(key) && separator.includes(":") ? cookies : value;
  form.lastIndex = start;
  const found = form.exec(text)?.[0];
  if (found === undefined || empty.test(found)) return undefined;
  const isCount = kind === "secretText" && /^[\d.]+,?$/.test(found);
  const isSentence = kind === "secretText" && /^:\s+$/.test(separator) && word.test(found) && !isHeader(key);
  return isCount || isSentence ? undefined : start + found.length;
}

/** Names of headers have dashes; what follows them is never a sentence. */
function isHeader(key: string): boolean {
  return key.includes("-") || /^(?:authorization|cookie)$/i.test(key);
}

/** The marker, in the quotes that the value had. */
function hiddenLike(found: string): string {
  const quote = /^\\?["'`]/.exec(found)?.[0] ?? "";
  return quote + redacted + quote;
}
