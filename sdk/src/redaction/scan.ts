/**
 * The one look at every text: whether there may be a secret in it. Nearly all texts have none, so this is what
 * redaction costs. It goes over the characters once and stops at those that a secret cannot do without.
 */
import { kindOfWord } from "./keys.ts";

/** Looks closer at a character; true when a secret may stand there. */
type Look = (text: string, at: number) => boolean;

/** The two characters before a dash or underscore that ends the beginning of a well-known service's key. */
const prefixEnds = new Set<number>(
  "hp ho hu hs hr at pm oa ob oe op or os sk rk".split(" ").map((pair) => pairCode(pair, 2)),
);

const scheme = /b(?:asic|earer)\s/iy;
const knownKey = /A[KS]IA[A-Z\d]{4}|AIza|SG\.|ya29\./y;
const flag = /--([a-z][\w-]{1,63})[\s=]/iy;
const privateKey = /-----BEGIN/y;
const sql = /\b(?:insert|update|select|delete|replace|by|password)\s/i;

const looks: Readonly<Record<string, Look>> = {
  "=": isSecretBefore,
  ":": (text, at) => text.charCodeAt(at + 1) !== slash && isSecretBefore(text, at),
  "-": (text, at) =>
    text[at + 1] === "-" ? isFlagAt(text, at) || fits(privateKey, text, at) : isPrefixBefore(text, at),
  _: isPrefixBefore,
  J: (text, at) => text.startsWith("ey", at - 2),
  A: (text, at) => secondOfKey.has(text.charCodeAt(at + 1)) && fits(knownKey, text, at),
  S: (text, at) => text.charCodeAt(at + 1) === capitalG && fits(knownKey, text, at),
  y: (text, at) => text.charCodeAt(at + 1) === smallA && fits(knownKey, text, at),
  B: (text, at) => secondOfScheme.has(text.charCodeAt(at + 1)) && fits(scheme, text, at),
  b: (text, at) => secondOfScheme.has(text.charCodeAt(at + 1)) && fits(scheme, text, at),
};

const slash = code("/");
const zero = code("0");
const nine = code("9");
const newline = code("\n");
const atSign = code("@");
const space = code(" ");
const closingBracket = code(")");
const dash = code("-");
const capitalG = code("G");
const smallA = code("a");
const apostrophe = code("'");
const comma = code(",");
const bracket = code("]");
const backslash = code("\\");
const quotes = new Set(Array.from("'\"", code));
const closings = new Set(Array.from("'\"`]", code));
/** What stands before a text in SQL, and how the words end that do. */
const operators = new Set(Array.from("=(,<>|", code));
const lastOfWords = new Set(Array.from("eydEYD", code));
const secondOfKey = new Set(Array.from("KSI", code));
const secondOfScheme = new Set(Array.from("aeAE", code));

/** By character code: what is looked at closer. */
const lookAt: readonly (Look | undefined)[] = Array.from({ length: 128 }, (_, at) => looks[String.fromCharCode(at)]);

/** 1 for a character that is looked at closer, 2 for a digit, 3 for a quote, 4 for the end of a line, 5 for @. */
const classes = Uint8Array.from(lookAt, (look, at) => {
  if (isDigit(at)) return 2;
  if (quotes.has(at)) return 3;
  if (at === newline) return 4;
  if (at === atSign) return 5;
  return look === undefined ? 0 : 1;
});

/** Digits that a card has at least. */
const fewestDigits = 13;

/** Tells whether there may be a secret in a text; for certain when it says no. */
export function mayHoldSecret(text: string): boolean {
  let hasLiteral = false;
  let url: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    const of = character < 128 ? classes[character] : 0;
    if (of === 0) continue;
    if (of === 1) {
      if (lookAt[character]?.(text, at) === true) return true;
    } else if (of === 2) {
      const end = endOfDigits(text, at);
      if (end < 0) return true;
      at = end;
    } else if (of === 3) hasLiteral ||= mayBeginLiteral(text, at);
    else if (of === 4) at = endOfFrame(text, at);
    else if ((url ??= text.indexOf("://")) !== -1 && url < at) return true;
  }
  return hasLiteral && sql.test(text);
}

/** Goes over digits with single gaps between; gives the place of the last one, or -1 when they may be those of a card. */
function endOfDigits(text: string, start: number): number {
  let last = start;
  let count = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (isDigit(character)) {
      count += 1;
      last = at;
    } else if ((character !== space && character !== dash) || at > last + 1) break;
  }
  return count >= fewestDigits && /[2-6]/.test(text.charAt(start)) ? -1 : last;
}

/** Whether a quote stands where SQL has its texts: behind an operator, a bracket, or one of few words. */
function mayBeginLiteral(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === space) before -= 1;
  const character = text.charCodeAt(before);
  if (operators.has(character)) return text.charCodeAt(quote) === apostrophe || character !== comma;
  return (
    before < quote - 1 && lastOfWords.has(character) && /(?:like|by|word)$/i.test(text.slice(before - 3, before + 1))
  );
}

/** Whether the key that ends before a separator is secret. Times, addresses and places in files begin with a digit. */
function isSecretBefore(text: string, at: number): boolean {
  const key = keyBefore(text, at);
  if (key === "" || isDigit(key.charCodeAt(0))) return false;
  const kind = kindOfWord(key);
  return kind !== "plain" && kind !== "closed";
}

/**
 * Goes over the line of a stack trace that begins here; gives its end, or the same place when it is none. A place in a
 * file holds no secret.
 */
function endOfFrame(text: string, start: number): number {
  if (!text.startsWith("    at ", start + 1)) return start;
  const next = text.indexOf("\n", start + 1);
  const end = next === -1 ? text.length : next;
  const last = text.charCodeAt(end - 1);
  const isFrame = (last === closingBracket || isDigit(last)) && !text.slice(start, end).includes("=");
  return isFrame ? end - 1 : start;
}

/** Longest key that is looked at. */
const maxKey = 64;

/** The key that a separator belongs to: a word, or all that stands in quotes. */
export function keyBefore(text: string, separator: number): string {
  let end = separator;
  while (end > 0 && text.charCodeAt(end - 1) === space) end -= 1;
  const closing = text.charCodeAt(end - 1);
  if (closings.has(closing)) return keyInside(text, end - 1, closing);
  let begin = end;
  while (begin > 0 && end - begin < maxKey && isWord(text.charCodeAt(begin - 1))) begin -= 1;
  return text.slice(begin, end);
}

/** The key in quotes, which may be escaped, or in brackets. */
function keyInside(text: string, at: number, closing: number): string {
  const end = text.charCodeAt(at - 1) === backslash ? at - 1 : at;
  const near = text.slice(Math.max(0, end - maxKey), end);
  const begin = near.lastIndexOf(closing === bracket ? "[" : String.fromCharCode(closing));
  return begin === -1 ? "" : near.slice(begin + 1);
}

/** Letters, digits, and what joins words of a key. */
const wordCharacters = Uint8Array.from({ length: 128 }, (_, at) => (/[\w.$%-]/.test(String.fromCharCode(at)) ? 1 : 0));

function isWord(character: number): boolean {
  return character >= 128 || wordCharacters[character] === 1;
}

function isPrefixBefore(text: string, at: number): boolean {
  return prefixEnds.has(pairCode(text, at));
}

/** Two characters as one number. */
function pairCode(text: string, end: number): number {
  return end < 2 ? 0 : text.charCodeAt(end - 2) * 256 + text.charCodeAt(end - 1);
}

function isFlagAt(text: string, at: number): boolean {
  flag.lastIndex = at;
  const name = flag.exec(text)?.[1];
  return name !== undefined && kindOfWord(name) !== "plain";
}

function code(character: string): number {
  return character.charCodeAt(0);
}

function isDigit(character: number): boolean {
  return character >= zero && character <= nine;
}

function fits(form: RegExp, text: string, at: number): boolean {
  form.lastIndex = at;
  return form.test(text);
}
