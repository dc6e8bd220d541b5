/** How secrets look in free text: one row for each form. Every repetition is bounded, so that no text takes long. */
import { redacted } from "./keys.ts";
import { hideLiterals } from "./statements.ts";

export interface Pattern {
  readonly find: RegExp;
  /** Gives what takes the place of a match. */
  readonly hide: (match: string, ...groups: readonly string[]) => string;
}

export const patterns: readonly Pattern[] = [
  // PEM, also one whose end has been cut off.
  {
    find: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
    hide: () => redacted,
  },
  // User and password of a URL; a password may hold a slash that is not escaped, and a port is none.
  {
    find: /(?<=[a-z\d]:\/\/)(?:[^\s/?#"'<>]{1,256}|[^\s/?#:@"'<>]{0,64}:(?!\d{1,5}[/?#])[^\s"'<>]{1,256}?)@/gi,
    hide: () => `${redacted}@`,
  },
  // JSON Web Tokens, signed or encrypted.
  { find: /\beyJ[\w-]{8,8192}(?:\.[\w-]{0,8192}){0,4}/g, hide: () => redacted },
  // Keys of well-known services, which say by their beginning what they are.
  {
    find: /\b(?:gh[opsur]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}|xox[abeprs]-[\w-]{10,255}|[rs]k[-_](?:ant|live|proj|test)[-_][\w-]{10,255}|sk-\w{20,255}|A[KS]IA[A-Z\d]{16}|npm_\w{30,255}|AIza[\w-]{30,255}|SG\.[\w-]{16,255}\.[\w-]{16,255}|ya29\.[\w-]{20,2048})/g,
    hide: () => redacted,
  },
  // The value of an Authorization header. "Basic authentication" is none.
  {
    find: /\b(basic|bearer|negotiate)\s{1,4}([\w.~+/=-]{6,8192})/gi,
    hide: (match, scheme, value = "") => (/^[A-Z]?[a-z]+[.]?$/.test(value) ? match : `${scheme} ${redacted}`),
  },
  // What is written to and looked for in a database.
  {
    find: /\b(?:(?:insert|replace)\s{1,9}into|update\s{1,9}\S{1,200}\s{1,9}set|delete\s{1,9}from|select\s[^]{1,2000}?\sfrom)\s[^]*/gi,
    hide: hideLiterals,
  },
  {
    find: /\b(identified\s{1,9}by|password)(\s{1,9})'[^']{1,256}'/gi,
    hide: (_match, words, gap) => `${words}${gap}'${redacted}'`,
  },
  // Numbers of payment cards, with or without gaps.
  {
    find: /(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])/g,
    hide: (match) => (isCardNumber(match.replace(/[ -]/g, "")) ? redacted : match),
  },
];

/** Beginnings and lengths that card issuers use: a number that only happens to have the right check digit is left. */
const cardNumber =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|(?:5[06-8]|6\d)\d{14})$/;

/** @see https://en.wikipedia.org/wiki/Luhn_algorithm */
export function isCardNumber(digits: string): boolean {
  if (!cardNumber.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
