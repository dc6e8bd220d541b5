/** The `logger` of the public API: real pino, ECS fields, one sink. */
import { hostname } from "node:os";
import pino from "pino";
import type { Bindings, ChildLoggerOptions, Logger, LoggerOptions } from "pino";
import { logFields } from "../vocabulary.ts";
import { ecsVersion, toEcsFields } from "./ecs.ts";
import { cutText } from "./limits.ts";
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

const loggers = new Set<Logger>();
let commonLevel: LogLevel = "info";

/**
 * Makes a logger that writes where `logger` writes, with the same fields.
 *
 * @param options - Options of pino; `name` becomes `log.logger`. Without `level` it follows the service's level.
 * @example
 * const log = createLogger({ name: "billing", level: "debug" });
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { name, level, formatters, ...rest } = options;
  const made = pino(
    {
      ...rest,
      level: level ?? commonLevel,
      base: null,
      messageKey: logFields.message,
      timestamp: writeTimestamp,
      serializers: { ...rest.serializers, [logFields.message]: (message: unknown) => cutText(message) },
      formatters: {
        ...formatters,
        level: (label) => ({ [logFields.level]: label }),
        log: (fields) => toEcsFields(formatters?.log?.(fields) ?? fields),
      },
    },
    destination,
  );
  const logger = withEcsBindings(name === undefined ? made : made.child({ [logFields.logger]: name }));
  if (level === undefined) loggers.add(logger);
  return logger;
}

/** Sets the level of every logger that was made without one of its own. */
export function setLogLevel(level: LogLevel): void {
  commonLevel = level;
  for (const one of loggers) one.level = level;
}

export function logLevel(): LogLevel {
  return commonLevel;
}

/** Whether a pino logger writes ECS: what callers give it cannot be taken for fields of ours. */
export function isEcsLogger(instance: object): boolean {
  return ecsMark in instance;
}

/** Fields for the beginning of a line that is not written by pino: time and what never changes. */
export function writeTimestamp(): string {
  return `,"${logFields.timestamp}":"${new Date().toISOString()}",${constantFields}`;
}

/** pino formats what is logged, but not the bindings of children. */
function withEcsBindings(parent: Logger): Logger {
  // oxlint-disable-next-line typescript/unbound-method -- applied to the logger that they are called on
  const { child, setBindings } = parent;
  return Object.assign(parent, {
    [ecsMark]: true,
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      return Reflect.apply(child, this, [toEcsFields(bindings), options]);
    },
    setBindings(this: Logger, bindings: Bindings): void {
      Reflect.apply(setBindings, this, [toEcsFields(bindings)]);
    },
  });
}

/**
 * The service's logger, a pino logger: ECS lines with the ids of the active trace, on stdout or in `OBSBOX_LOG_DIR`.
 *
 * @example
 * logger.info({ orderId }, "placed");
 * const log = logger.child({ component: "cart" });
 */
export const logger: Logger = createLogger();
