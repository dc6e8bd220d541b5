/** The line that says what nobody caught. It is with the operating system when the call returns. */
import { messageOf } from "../diagnostics.ts";
import { isError } from "../logs/limits.ts";
import { logger } from "../logs/logger.ts";
import { destination } from "../logs/sink.ts";
import { logFields } from "../vocabulary.ts";

/** As Node calls them. */
export type UncaughtEvent = "uncaughtException" | "unhandledRejection";

const words: Readonly<Record<UncaughtEvent, string>> = {
  uncaughtException: "uncaught exception",
  unhandledRejection: "unhandled rejection",
};

export function writeFatalLine(event: UncaughtEvent, thrown: unknown): void {
  const error = toError(thrown);
  const isObject = error !== thrown && typeof thrown === "object" && thrown !== null;
  const fields = { err: error, [logFields.eventAction]: event, ...(isObject ? { thrown } : {}) };
  logger.fatal(fields, `${words[event]}: ${messageOf(error)}`);
  destination.flush();
}

/** Anything can be thrown. What is no error has no stack, and its type for a name. */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const text = typeof thrown === "object" && thrown !== null ? "an object that is no error" : messageOf(thrown);
  const error = new Error(text);
  error.name = thrown === null ? "null" : typeof thrown;
  error.stack = `${error.name}: ${text}`;
  return error;
}
