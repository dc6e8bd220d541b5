/**
 * What may stand under a key. Keys are compared without their case and without what stands between their words:
 * `apiKey`, `API_KEY` and `x-api-key` are the same. A key is judged once and remembered, so that a log line or a span
 * costs one look into a map for each of its keys.
 */
import { attributes as names } from "../vocabulary.ts";
import { headerOf, isAllowedHeader } from "./headers.ts";
import { settings } from "./settings.ts";

/** Stands for what is hidden. */
export const redacted = "[REDACTED]";

export type KeyKind =
  /** Anything: texts are looked through. */
  | "plain"
  /** One of few known values, never looked through. */
  | "closed"
  /** A secret, whatever its type. */
  | "secret"
  /** A secret if it is a text or an object; a number is a count or an id. */
  | "secretText"
  /** Headers by their names. */
  | "headers"
  /** A query that may be SQL. */
  | "statement"
  /** SQL whose double quotes hold names. */
  | "statementWithNames"
  /** Would not become a property. */
  | "refused";

interface Rule {
  readonly kind: KeyKind;
  /** Compared with the key in lower case, letters and digits only. */
  readonly key: RegExp;
}

/** The first that fits counts. */
const rules: readonly Rule[] = [
  // What is said about a secret, not the secret.
  {
    kind: "plain",
    key: /(?:algorithm|at|changed|count|enabled|endpoint|exp|expired|expires|expiresin|expiry|issuer|length|limit|name|policy|required|scope|size|state|status|strength|ttl|type|uri|url|valid|version)$/,
  },
  {
    kind: "secret",
    key: /passw(?:or)?d|passphrase|passcode|pwd$|^pass$|^pw$|^pin$|pincode$|^otp$|^totp|cvv2?$|cvc2?$|securitycode|^ssn$|socialsecurity|cardnumber|creditcard/,
  },
  {
    kind: "secretText",
    key: /secret(?!ar)|tokens?$|token(?:hash|id|string|value)$|authorization|authheader|^x?auth$|cookies?$|credentials?$|(?:access|account|api|app|encryption|master|private|shared|signing|subscription)keys?$|apikeyid$|session(?:id)?$|sessid$|^connectsid$|jwt|bearer$|^xobsboxcolor$|^[cx]srf|^sig$|signature$|^awsaccesskeyid$/,
  },
  { kind: "headers", key: /headers$/ },
  { kind: "statement", key: /^(?:dbstatement|dbquerytext|query|querytext|sql|sqlquery|statement)$/ },
];

/** What the SDK itself writes from closed sets, on every request. */
const closed = new Set<string>([
  names.httpRequestMethod,
  names.httpResponseStatusCode,
  names.httpRoute,
  names.networkPeerAddress,
  names.networkPeerPort,
  names.networkProtocolVersion,
  names.serverAddress,
  names.serverPort,
  names.urlScheme,
]);

/** Keys that are remembered; services have few, but callers may make them up. */
const maxKnown = 5000;

const known = new Map<string, KeyKind>();
let added: ReadonlySet<string> = new Set();
let shown: ReadonlySet<string> = new Set();

/** Sets which keys are secret beside the built-in ones; a name with `-` before it is shown though it is built in. */
export function configureKeys(keys: readonly string[]): void {
  added = new Set(
    keys
      .filter((key) => !key.startsWith("-"))
      .map(normalized)
      .filter(Boolean),
  );
  shown = new Set(keys.filter((key) => key.startsWith("-")).map(normalized));
  stems = new RegExp([builtInStems, ...[...added].map(looseForm)].join("|"), added.size === 0 ? "i" : "iu");
  known.clear();
}

/** A name with anything between its letters that names are compared without. */
function looseForm(name: string): string {
  return Array.from(name).join("[^\\p{L}\\p{N}]*");
}

/** Tells what may stand under a key. */
export function kindOfKey(key: string): KeyKind {
  return known.get(key) ?? learn(key);
}

/** What every key has that is not plain, so that not every id that is followed by a colon need be remembered. */
const builtInStems =
  "pass|pwd|pw|pin|otp|cv[cv]|code|ssn|social|card|secret|token|auth|cookie|credential|key|sess|sid|jwt|bearer|[cx]srf|sig|header|metadata|sql|query|statement";
let stems = new RegExp(builtInStems, "i");

/** Tells the same of a word in a text, which may be any. */
export function kindOfWord(word: string): KeyKind {
  return known.get(word) ?? (/\d/.test(word) && !stems.test(word) ? "plain" : learn(word));
}

/** Tells what may stand under a key of an object that itself stands under a key of this kind. */
export function kindWithin(kind: KeyKind, key: string): KeyKind {
  return kind === "headers" && !isAllowedHeader(key) ? "secretText" : kindOfKey(key);
}

/** Whether a value of this kind is hidden as a whole. What is not there, and true or false, say nothing. */
export function isHidden(kind: KeyKind, value: unknown): boolean {
  if (kind !== "secret" && kind !== "secretText") return false;
  if (typeof value === "string") return value !== "";
  if (typeof value === "object") return value !== null;
  return kind === "secret" && (typeof value === "number" || typeof value === "bigint");
}

function learn(key: string): KeyKind {
  if (known.size >= maxKnown) known.clear();
  const kind = judge(key);
  known.set(key, kind);
  return kind;
}

function judge(key: string): KeyKind {
  if (key === "__proto__") return "refused";
  if (!settings.isOn) return "plain";
  if (closed.has(key)) return "closed";
  const forms = [normalized(key), normalized(key.slice(key.lastIndexOf(".") + 1))];
  if (forms.some((form) => shown.has(form))) return "plain";
  if (forms.some((form) => added.has(form))) return "secret";
  const header = headerOf(key);
  if (header !== undefined) return isAllowedHeader(header) ? "plain" : "secretText";
  return rules.find((rule) => forms.some((form) => rule.key.test(form)))?.kind ?? "plain";
}

function normalized(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
