/** The `logger` of the public API: real pino, ECS fields, one sink. */
import { hostname } from "node:os";
import pino from "pino";
import type { Bindings, ChildLoggerOptions, Logger, LoggerOptions } from "pino";
import { messageOf, report } from "../diagnostics.ts";
import { logFields } from "../vocabulary.ts";
import { openToColors } from "./below-level.ts";
import { hasAny, without, withEachOnce } from "./encoded-fields.ts";
import { ecsVersion, toEcsFields } from "./ecs.ts";
import { bounded, cutText, maxTextLength, unserializable } from "./limits.ts";
import { destination } from "./sink.ts";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** Fields that are the same in every line of the process, encoded once. */
const constantFields = JSON.stringify({
  [logFields.ecsVersion]: ecsVersion,
  [logFields.processPid]: process.pid,
  [logFields.hostHostname]: hostname(),
}).slice(1, -1);

/** Marks our loggers and, by inheritance, their children. */
const ecsMark = Symbol("obsbox.ecs");

const { asJsonSym, chindingsSym } = pino.symbols;

/** The bindings of a logger as pino keeps them: encoded, each with a comma before it. */
function bindingsOf(logger: Logger): string {
  return String(Reflect.get(logger, chindingsSym) ?? "");
}

function setBindingsOf(logger: Logger, bindings: string): void {
  Reflect.set(logger, chindingsSym, bindings);
}

/** Those that follow the service's level, as long as somebody holds them. */
const loggers = new Set<WeakRef<Logger>>();
const gone = new FinalizationRegistry<WeakRef<Logger>>((logger) => loggers.delete(logger));
let commonLevel: LogLevel = "info";

/**
 * Makes a logger that writes where `logger` writes, with the same fields.
 *
 * @param options - Options of pino; `name` becomes `log.logger`. Without `level` it follows the service's level.
 * @example
 * const log = createLogger({ name: "billing", level: "debug" });
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  try {
    return makeLogger(options ?? {});
  } catch (error) {
    report("logger-options", `a logger cannot be made as asked: ${messageOf(error)}; it gets the usual options`);
    return makeLogger({});
  }
}

function makeLogger(options: LoggerOptions): Logger {
  const { name, level, formatters, ...rest } = options;
  const made = pino(
    {
      ...rest,
      level: level ?? commonLevel,
      base: null,
      messageKey: logFields.message,
      timestamp: writeTimestamp,
      hooks: { ...rest.hooks, logMethod: tolerant(rest.hooks?.logMethod) },
      serializers: { ...rest.serializers, [logFields.message]: (message: unknown) => cutText(message) },
      formatters: {
        ...formatters,
        level: (label) => ({ [logFields.level]: label }),
        log: (fields) => fields, // They are ECS already.
      },
    },
    destination,
  );
  const logger = withEcsFields(name === undefined ? made : made.child({ [logFields.logger]: name }), formatters?.log);
  openToColors(logger, pino.symbols.setLevelSym);
  logger.level = level ?? commonLevel;
  if (level === undefined) follow(logger);
  return logger;
}

function follow(logger: Logger): void {
  const reference = new WeakRef(logger);
  loggers.add(reference);
  gone.register(logger, reference);
}

/** Sets the level of every logger that was made without one of its own. */
export function setLogLevel(level: LogLevel): void {
  commonLevel = level;
  for (const reference of loggers) {
    const logger = reference.deref();
    if (logger !== undefined) logger.level = level;
  }
}

export function logLevel(): LogLevel {
  return commonLevel;
}

/** Whether a pino logger writes ECS: what callers give it cannot be taken for fields of ours. */
export function isEcsLogger(instance: object): boolean {
  return ecsMark in instance;
}

// Under load several lines fall into one millisecond, and to write the time is a fifth of what a line costs.
let stampedAt = Number.NaN;
let stamp = "";

/** Fields for the beginning of a line that is not written by pino: time and what never changes. */
export function writeTimestamp(): string {
  const now = Date.now();
  if (now !== stampedAt) {
    stampedAt = now;
    stamp = `,"${logFields.timestamp}":"${new Date(now).toISOString()}",${constantFields}`;
  }
  return stamp;
}

/** Writes a line. */
type AsJson = (this: Logger, fields: object, message: unknown, level: number, time: string) => string;

/** Makes ECS of what is logged and of the bindings of children, so that no key stands twice in a line. */
function withEcsFields(parent: Logger, format?: (fields: Record<string, unknown>) => object): Logger {
  // oxlint-disable-next-line typescript/unbound-method -- applied to the logger that they are called on
  const { child, setBindings } = parent;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what pino keeps under its public symbol
  const asJson = Reflect.get(parent, asJsonSym) as AsJson;
  return Object.assign(parent, {
    [ecsMark]: true,
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      const fields = toEcsFields(bindings);
      const made = childOrPlain((settings) => Reflect.apply(child, this, [fields, settings]), options);
      if (hasAny(bindingsOf(this), fields)) setBindingsOf(made, withEachOnce(bindingsOf(made)));
      return made;
    },
    setBindings(this: Logger, bindings: Bindings): void {
      Reflect.apply(setBindings, this, [toEcsFields(bindings)]);
      setBindingsOf(this, withEachOnce(bindingsOf(this)));
    },
    [asJsonSym](this: Logger, given: Record<string, unknown>, message: unknown, level: number, time: string): string {
      const fields = toEcsFields(format?.(given) ?? given);
      const bindings = bindingsOf(this);
      if (!hasAny(bindings, fields)) return asJson.call(this, fields, message, level, time);
      setBindingsOf(this, without(bindings, fields));
      try {
        return asJson.call(this, fields, message, level, time);
      } finally {
        setBindingsOf(this, bindings);
      }
    },
  });
}

type LogMethod = NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]>;

/** A log call never throws: what cannot be read, a getter or a `toString()` that throws, is said in its line. */
function tolerant(hook: LogMethod | undefined): LogMethod {
  return function (args, method, level) {
    try {
      if (hook === undefined) Reflect.apply(method, this, formattable(args));
      else Reflect.apply(hook, this, [args, method, level]);
    } catch {
      Reflect.apply(method, this, [unserializable]);
    }
  };
}

/** What is put into a message with `%s` or `%j`: pino would write it out in full before the message is cut. */
function formattable(args: unknown[]): unknown[] {
  const place = typeof args[0] === "object" ? 1 : 0;
  if (args.length <= place + 1) return args;
  const message = args[place];
  if (typeof message === "string" && message.length > maxTextLength) return args.slice(0, place + 1);
  return args.map((value, at) => (at >= place ? shortForm(value) : value));
}

/** Is written as the value itself, but no longer than a field. */
function shortForm(value: unknown): unknown {
  if (typeof value === "string") return value.length > maxTextLength ? cutText(value) : value;
  if (typeof value !== "bigint" && (typeof value !== "object" || value === null)) return value;
  return {
    toJSON: () => bounded(value) ?? null,
    [Symbol.toPrimitive]: (hint: string) => (hint === "number" ? Number(value) : cutText(value)),
  };
}

/** Options that pino refuses cost themselves, not the child. */
function childOrPlain(make: (options?: ChildLoggerOptions) => Logger, options: ChildLoggerOptions | undefined): Logger {
  try {
    return make(options);
  } catch (error) {
    report("logger-options", `a child logger cannot be made as asked: ${messageOf(error)}; it gets no options`);
    return make();
  }
}

/**
 * The service's logger, a pino logger: ECS lines with the ids of the active trace, on stdout or in `OBSBOX_LOG_DIR`.
 *
 * @example
 * logger.info({ orderId }, "placed");
 * const log = logger.child({ component: "cart" });
 */
export const logger: Logger = createLogger();
