/**
 * Keeps secrets out of the lines of the service's own pino loggers. For each key pino looks into a table of its own how
 * a value is written; the first time that a key appears in a line, our way is put there. It gets what serializers, and
 * the `redact` paths of the service, have made of the value, so that nothing the service holds is touched and all of
 * pino's own options keep their effect.
 */
import { isRedacting, kindOfKey, redactJson, redactMembers, redactNumber, redactTextOf } from "../redaction/index.ts";

type Logger = Readonly<Record<PropertyKey, unknown>>;

/** Gives JSON; undefined leaves the key out. */
type Stringifier = (value: unknown, stringifySafe?: unknown) => unknown;

type Stringifiers = Record<PropertyKey, Stringifier | undefined>;

/** Keys of one table; a service has few, but a caller may make them up. */
const maxKeys = 1000;

/**
 * Makes sure that the line which a logger is about to write has no secrets.
 *
 * @param fields - What was passed to the log call.
 */
export function hideInLine(logger: Logger, fields: unknown): void {
  if (!isRedacting()) return;
  const table = tableOf(logger);
  if (table === undefined) return;
  current = table;
  watchFormatter(logger[formattersKey]);
  table.cover(fields);
}

/** Gives the encoded bindings of a logger without secrets. */
export function hideInBindings(bindings: string): string {
  return isRedacting() ? redactMembers(bindings) : bindings;
}

/** Public and the same in each copy of pino. */
const formattersKey = Symbol.for("pino.formatters");

/** The table of the logger that writes a line now. */
let current: StringifierTable | undefined;

const tables = new WeakMap<object, StringifierTable>();
const watched = new WeakSet<object>();

class StringifierTable {
  readonly #own: Stringifiers;
  readonly #stringify: Stringifier;
  readonly #messageKey: string;
  readonly #before = new Map<string, Stringifier | undefined>();

  constructor(own: Stringifiers, stringify: Stringifier, messageKey: string) {
    this.#own = own;
    this.#stringify = stringify;
    this.#messageKey = messageKey;
  }

  /** Takes over the keys of a line. */
  cover(fields: unknown): void {
    if (this.#before.size > maxKeys) this.#restore();
    if (!this.#before.has(this.#messageKey)) this.#take(this.#messageKey);
    if (typeof fields !== "object" || fields === null) return;
    for (const key in fields) if (!this.#before.has(key)) this.#take(key);
  }

  #take(key: string): void {
    const before = this.#own[key];
    this.#before.set(key, before);
    this.#own[key] = writerFor(key, before ?? this.#forAllKeys(), this.#stringify);
  }

  #restore(): void {
    for (const [key, before] of this.#before) {
      if (before === undefined) Reflect.deleteProperty(this.#own, key);
      else this.#own[key] = before;
    }
    this.#before.clear();
  }

  /** What `redact: ["*.secret"]` has put there. */
  #forAllKeys(): Stringifier | undefined {
    const key = Object.getOwnPropertySymbols(this.#own).find(({ description }) => description === "pino.wildcardFirst");
    return key === undefined ? undefined : this.#own[key];
  }
}

/** Writes a value as pino would, without its secrets. */
function writerFor(key: string, before: Stringifier | undefined, stringify: Stringifier): Stringifier {
  if (before !== undefined) return (value, stringifySafe) => withoutSecrets(key, before(value, stringifySafe));
  return (value, stringifySafe) => {
    if (typeof value === "string") return JSON.stringify(redactTextOf(kindOfKey(key), value));
    if (typeof value === "boolean") return value;
    if (typeof value !== "number") return withoutSecrets(key, stringify(value, stringifySafe));
    const shown = redactNumber(kindOfKey(key), value);
    return typeof shown === "string" ? JSON.stringify(shown) : shown;
  };
}

function withoutSecrets(key: string, json: unknown): unknown {
  return typeof json === "string" ? redactJson(key, json) : json;
}

/** A formatter of the service makes keys of its own, which are known only when it has run. */
function watchFormatter(formatters: unknown): void {
  if (typeof formatters !== "object" || formatters === null) return;
  const log: unknown = Reflect.get(formatters, "log");
  if (typeof log !== "function" || watched.has(log)) return;
  const watching = function (this: unknown, ...args: unknown[]): unknown {
    const fields: unknown = Reflect.apply(log, this, args);
    current?.cover(fields);
    return fields;
  };
  watched.add(watching);
  Reflect.set(formatters, "log", watching);
}

function tableOf(logger: Logger): StringifierTable | undefined {
  const keys = symbolsOf(logger);
  const own = keys?.stringifiers === undefined ? undefined : logger[keys.stringifiers];
  if (keys === undefined || typeof own !== "object" || own === null) return undefined;
  const known = tables.get(own);
  if (known !== undefined) return known;
  const stringify = keys.stringify === undefined ? undefined : logger[keys.stringify];
  const messageKey = keys.messageKey === undefined ? undefined : logger[keys.messageKey];
  if (typeof stringify !== "function" || typeof messageKey !== "string") return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what pino keeps there, in every version that publishes its lines
  const table = new StringifierTable(own as Stringifiers, stringify as Stringifier, messageKey);
  tables.set(own, table);
  return table;
}

interface PinoSymbols {
  readonly stringifiers: symbol | undefined;
  readonly stringify: symbol | undefined;
  readonly messageKey: symbol | undefined;
}

const knownSymbols = new WeakMap<object, PinoSymbols>();

/** Where this copy of pino keeps things; each copy has its own symbols. */
function symbolsOf(logger: Logger): PinoSymbols | undefined {
  const prototype: unknown = Object.getPrototypeOf(logger);
  if (typeof prototype !== "object" || prototype === null) return undefined;
  const known = knownSymbols.get(prototype);
  if (known !== undefined) return known;
  const all = new Map<string | undefined, symbol>();
  for (
    let holder: unknown = logger;
    typeof holder === "object" && holder !== null;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const symbol of Object.getOwnPropertySymbols(holder)) all.set(symbol.description, symbol);
  }
  const found = {
    stringifiers: all.get("pino.stringifiers"),
    stringify: all.get("pino.stringify"),
    messageKey: all.get("pino.messageKey"),
  };
  knownSymbols.set(prototype, found);
  return found;
}
