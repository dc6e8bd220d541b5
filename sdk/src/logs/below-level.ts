/**
 * Lines below a logger's level, for coloured requests. pino puts an empty function in the place of every method below
 * the level. There it stays, and costs nothing, as long as no request is coloured; then ours takes its place, and looks
 * whose line it is. Children without a level of their own have it from their parents. The level itself stays.
 */
import { trace } from "@opentelemetry/api";
import { colored, isColored, onColors } from "../coloring/colored.ts";

/** A pino logger, or the prototype of all loggers of one copy of pino. */
export interface Leveled {
  level: string;
  isLevelEnabled(level: string): boolean;
  /** pino's empty function. */
  readonly silent?: unknown;
}

type Method = (this: Leveled | undefined, ...args: unknown[]) => void;
type LevelSetter = (this: unknown, level: unknown) => void;

/** pino's levels and their ranks. */
const ranks: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/** Loggers that have methods of their own, with what takes the place of the empty ones. */
interface Opening {
  readonly logger: WeakRef<Leveled>;
  readonly methods: ReadonlyMap<string, Method>;
}

const openings = new Set<Opening>();
const known = new WeakSet<Leveled>();
const gone = new FinalizationRegistry<Opening>((opening) => openings.delete(opening));

onColors((isAny) => {
  for (const { logger, methods } of openings) {
    const open = logger.deref();
    if (open !== undefined) exchange(open, methods, isAny);
  }
});

/**
 * Lets a logger and its children, or all loggers that will be made from a prototype, write finer lines for coloured
 * requests.
 *
 * @param setLevel - The symbol under which this copy of pino keeps what sets a level.
 * @returns What takes it back for loggers to come.
 */
export function openToColors(target: Leveled, setLevel: symbol): () => void {
  const setPlainly: unknown = Reflect.get(target, setLevel);
  if (!isSetter(setPlainly)) return () => {};
  // oxlint-disable-next-line typescript/unbound-method -- applied to the logger that it is called on
  const { isLevelEnabled } = target;
  const own = Object.getOwnPropertyDescriptors(target);
  const methods = new Map(Object.keys(ranks).map((level) => [level, methodFor(level, setPlainly)]));
  Reflect.set(target, setLevel, function (this: Leveled, level: unknown) {
    Reflect.apply(setPlainly, this, [level]);
    remember(this, methods);
  });
  target.isLevelEnabled = function (this: Leveled, level) {
    return Reflect.apply(isLevelEnabled, this, [level]) || (colored.count !== 0 && isOpen(this, level));
  };
  return () => {
    restore(target, setLevel, own);
    restore(target, "isLevelEnabled", own);
  };
}

const knownPrototypes = new WeakSet();

/**
 * The same for all loggers that a copy of pino will make.
 *
 * @param logger - Any of its loggers, or what they inherit from.
 */
export function openPrototypeToColors(logger: object): () => void {
  for (let one: unknown = Object.getPrototypeOf(logger); isLeveled(one); one = Object.getPrototypeOf(one)) {
    const setLevel = Object.getOwnPropertySymbols(one).find(({ description }) => description === "pino.setLevel");
    if (setLevel === undefined || knownPrototypes.has(one)) continue;
    const prototype = one;
    knownPrototypes.add(prototype);
    const close = openToColors(prototype, setLevel);
    return () => {
      knownPrototypes.delete(prototype);
      close();
    };
  }
  return () => {};
}

function remember(logger: Leveled, methods: Opening["methods"]): void {
  if (colored.count !== 0) exchange(logger, methods, true);
  if (known.has(logger)) return;
  known.add(logger);
  const opening = { logger: new WeakRef(logger), methods };
  openings.add(opening);
  gone.register(logger, opening);
}

/** Puts ours in the place of the empty ones, or those back; what the service has put there stays. */
function exchange(logger: Leveled, methods: Opening["methods"], isAny: boolean): void {
  const { silent } = logger;
  for (const [level, method] of methods) {
    if (Reflect.get(logger, level) === (isAny ? silent : method)) Reflect.set(logger, level, isAny ? method : silent);
  }
}

function methodFor(level: string, setPlainly: LevelSetter): Method {
  return function (...args) {
    if (isOpen(this, level)) writeBelow(this, level, setPlainly, args);
  };
}

/** Some take a method off its logger: there it was empty, and does nothing. */
function isOpen(logger: Leveled | undefined, level: string): logger is Leveled {
  const isFineEnough = (ranks[level] ?? 0) >= colored.lowestRank;
  return isFineEnough && logger !== undefined && logger.level !== "silent" && isColored(trace.getActiveSpan());
}

/** Writes through the method that the logger would have at that level: a descendant for one line has it. */
function writeBelow(logger: Leveled, level: string, setPlainly: LevelSetter, args: readonly unknown[]): void {
  const descendant: object = Object.create(logger, { emit: { value: () => false } }); // Nobody hears of its level.
  Reflect.apply(setPlainly, descendant, [level]);
  const write: unknown = Reflect.get(descendant, level);
  if (typeof write === "function") Reflect.apply(write, logger, args);
}

function isLeveled(one: unknown): one is Leveled {
  return typeof one === "object" && one !== null && "isLevelEnabled" in one;
}

function isSetter(one: unknown): one is LevelSetter {
  return typeof one === "function";
}

function restore(target: object, key: PropertyKey, own: object): void {
  const before: unknown = Reflect.get(own, key);
  if (before === undefined) Reflect.deleteProperty(target, key);
  else Object.defineProperty(target, key, Object(before));
}
